/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where there is no agent, the page comes first, because it costs nothing; then
 * this process, where it may; and then a wait for an agent that is being
 * replaced.
 */
#include "api/sign_served.h"

#include <stdlib.h>
#include <unistd.h>

#include "api/allowed.h"
#include "api/named_caller.h"
#include "base/clock.h"
#include "base/error.h"
#include "profile/opening.h"
#include "served/ask_nonblocking.h"
#include "served/handshake.h"
#include "served/served_sign.h"

/* ---- Asking -------------------------------------------------------------- */

static void
describe(const struct serving *s, struct served_request *what)
{
	struct apam_profile *p = s->profile;

	*what = (struct served_request){ .profile = p->name,
		.request = s->request,
		.caller = s->named,
		.deadline = s->patience->deadline,
		.soon = s->patience->none };
	pthread_mutex_lock(&p->ctx->env.lock);
	if (s->named == NULL)
		what->page = served_page_serial(&p->page, s->stack->profile);
	if (p->page.rejected >= p->page.generation)
		what->rejected = p->page.rejected;
	pthread_mutex_unlock(&p->ctx->env.lock);
}

/* Put the page where apam_sign finds it. */
static void
take_page(const struct serving *s, struct served_made *made)
{
	struct apam_profile *p = s->profile;
	const char *wrong = NULL;
	struct slot *slot = NULL;

	if (made->fd >= 0)
		wrong = served_page_meet(p->ctx->served, made->fd);
	pthread_mutex_lock(&p->ctx->env.lock);
	if (s->stack == p->stack && !p->gone)
		slot = served_page_take(&p->page, p->ctx->served,
		    s->stack->profile, made->page, made->fd, &wrong);
	if (slot != NULL)
		atomic_store_explicit(&p->slot, slot, memory_order_release);
	if (made->generation > p->page.generation)
		p->page.generation = made->generation;
	p->page.memo = s->result->total.memo;
	pthread_mutex_unlock(&p->ctx->env.lock);
	if (made->fd >= 0)
		(void)close(made->fd);
	if (wrong != NULL)
		log_line(&p->ctx->env.log, APAM_LOG_WARNING,
		    "%s: the agent's page is not used: %s", p->name, wrong);
}

static enum apam_status
take_made(
    const struct serving *s, struct served_made *made, enum apam_status status)
{
	if (status != APAM_OK) {
		if (made->fd >= 0)
			(void)close(made->fd);
		return status;
	}
	s->result->generation = made->generation;
	s->result->credential = made->credential;
	s->result->entries = made->entries;
	s->result->verifies = made->verifies;
	take_page(s, made);
	return APAM_OK;
}

static enum served_end
ask(const struct serving *s, struct served_call *call, bool hurry,
    enum apam_status *status, struct apam_error *err)
{
	struct served_request what;
	struct served_made made;
	enum served_end end;

	describe(s, &what);
	what.hurry = hurry;
	end = served_sign(s->profile->ctx->served, call, &what,
	    &s->result->total, &made, status, err);
	if (end == SERVED_ANSWERED)
		*status = take_made(s, &made, *status);
	return end;
}

/* ---- Without an agent ---------------------------------------------------- */

static bool
has_page(const struct serving *s)
{
	struct apam_profile *p = s->profile;
	bool has;

	if (s->named != NULL)
		return false;

	pthread_mutex_lock(&p->ctx->env.lock);
	has = p->page.now != NULL;
	pthread_mutex_unlock(&p->ctx->env.lock);
	return has;
}

/* False where the page may not be used, or cannot be; then *err may say why. */
static bool
sign_by_page(
    const struct serving *s, enum apam_status *status, struct apam_error *err)
{
	struct apam_profile *p = s->profile;
	struct apam_signing *total = &s->result->total;
	struct apam_signature facts;
	bool alone;

	if (s->named != NULL)
		return false;
	/* A registry that was made since has keys archived, perhaps. */
	handshake_look_at_registry(p->ctx->served);
	pthread_mutex_lock(&p->ctx->env.lock);
	alone = s->stack == p->stack && !p->gone &&
	    served_page_alone(&p->page, s->stack->profile, total, &facts);
	pthread_mutex_unlock(&p->ctx->env.lock);
	if (!alone)
		return false;
	error_clear(err);
	*status = signing_check(total, err);
	if (*status == APAM_OK)
		*status = request_add_query(s->request, total, 0, err);
	s->result->generation = facts.generation;
	s->result->credential = facts.credential;
	s->result->entries = facts.entries;
	return true;
}

/* The stack, opened with its secrets. */
static struct stack *
open_here(struct apam_profile *p, int64_t deadline, struct apam_error *err)
{
	pthread_mutex_lock(&p->ctx->env.lock);
	p->alone = true;
	pthread_mutex_unlock(&p->ctx->env.lock);
	return profile_open(p, deadline, err);
}

enum apam_status
sign_open_here(struct apam_profile *profile, struct stack **stack,
    int64_t deadline, struct apam_error *err)
{
	struct apam_error why = APAM_ERROR_INIT;
	struct stack *open;

	error_clear(err);
	if (!(*stack)->withheld)
		return APAM_OK;
	open = open_here(profile, deadline, &why);
	if (open == NULL)
		return error_set_at(err, why.status, why.file, why.line,
		    "there is no agent, and this program cannot sign itself: "
		    "%s",
		    why.text);
	stack_release(stack);
	*stack = open;
	return APAM_OK;
}

static enum apam_status
sign_here(struct serving *s, struct apam_error *err)
{
	enum apam_status status = sign_open_here(
	    s->profile, &s->stack, s->patience->deadline, err);

	s->here = true;
	if (status == APAM_OK)
		status = allowed(s->stack->profile, s->request, s->caller, err);
	if (status != APAM_OK)
		return status;
	return stack_sign(s->stack, s->request, s->patience, s->result, err);
}

/* ---- All of it ----------------------------------------------------------- */

static bool
is_away(enum served_end end)
{
	return end == SERVED_AWAY || end == SERVED_LATE;
}

/* Nothing is left of what was tried. */
static void
begin_anew(struct served_call *call, struct apam_error *err)
{
	served_call_free(call);
	served_call_init(call);
	error_clear(err);
}

static enum apam_status
serve(struct serving *s, struct served_call *call, struct apam_error *err)
{
	const bool here = s->stack->profile->agent == AGENT_PREFER;
	const bool hurry = here || has_page(s);
	enum apam_status status = APAM_E_INTERNAL;
	enum served_end end = ask(s, call, hurry, &status, err);

	if (is_away(end) && sign_by_page(s, &status, err))
		return status;
	if (end == SERVED_AWAY && here)
		return sign_here(s, err);
	if (is_away(end) && hurry && clock_ms() < s->patience->deadline) {
		begin_anew(call, err);
		end = ask(s, call, false, &status, err);
	}
	if (end == SERVED_ANSWERED)
		return status;
	if (end != SERVED_PENDING) {
		/* Whatever it was, there is no signature. */
		(void)error_set(
		    err, APAM_E_DEADLINE, "the agent did not answer in time");
		return err->status;
	}
	error_clear(err);
	return error_set(err, APAM_E_PENDING, "the agent has not answered yet");
}

/* A call that waits has its question on the stack. */
static enum apam_status
serve_waiting(struct serving *s, struct apam_error *err)
{
	struct served_call call;
	enum apam_status status;

	served_call_init(&call);
	status = serve(s, &call, err);
	served_call_free(&call);
	return status;
}

void
sign_served_end(struct apam_profile *profile, struct served_call **call)
{
	struct served_call *c = *call;

	*call = NULL;
	if (c == NULL)
		return;
	ask_nonblocking_forget(profile->ctx->served, &c->ask);
	served_call_free(c);
	free(c);
}

static enum apam_status
serve_soon(struct serving *s, struct apam_error *err)
{
	struct served_call **kept = s->patience->asked;
	enum apam_status status;

	if (*kept == NULL) {
		*kept = calloc(1, sizeof(**kept));
		if (*kept == NULL)
			return error_set(err, APAM_E_MEMORY, "out of memory");
		served_call_init(*kept);
	}
	status = serve(s, *kept, err);
	if (status == APAM_E_PENDING && !s->here && s->patience->late != NULL)
		*s->patience->late = "the agent did not answer in time";
	if (status != APAM_E_PENDING || s->here)
		sign_served_end(s->profile, kept);
	return status;
}

enum apam_status
sign_served(struct serving *s, struct apam_error *err)
{
	struct named_caller named = { .groups = NULL };
	enum apam_status status = APAM_OK;

	if (s->caller != NULL && !named_caller_is_self(s->caller)) {
		status = named_caller_take(&named, s->caller, err);
		s->named = &named.caller;
	}
	if (status == APAM_OK)
		status = s->patience->none ? serve_soon(s, err) :
					     serve_waiting(s, err);
	s->named = NULL;
	named_caller_free(&named);
	return status;
}
