/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * As apam_sign (sign.c), but for whom the rules look at, and what becomes of the
 * result: it is handed over in its parts, and the caller adds them to a request
 * that is not here.
 */
#include "api/serve.h"

#include <unistd.h>

#include "abi/request.h"
#include "api/signer.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "flight/loop.h"
#include "flight/notify.h"
#include "flight/verdict.h"
#include "http/response.h"
#include "profile/context.h"
#include "profile/direct.h"
#include "profile/reload.h"
#include "profile/warm.h"
#include "slot/read.h"

enum apam_status
serve_open(const struct apam_open_options *options, struct apam **ctx,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_open_options mine = *options;
	struct problems all;
	enum apam_status status;

	mine.flags |= APAM_OPEN_NO_THREAD;
	problems_init(&all);
	status = context_new(&mine, ctx, &all);
	if (status != APAM_OK) {
		error_copy(err, &all.first);
		return status;
	}
	(*ctx)->env.is_agent = true;
	/* Those of a later agent are higher: clients may still have older ones. */
	atomic_store(&(*ctx)->env.generation, (uint64_t)clock_unix_ms() << 16);
	return APAM_OK;
}

uint64_t
serve_landings(const struct apam *ctx)
{
	return ctx->env.loop->landings;
}

bool
serve_needs_unit(struct apam_profile *profile)
{
	struct stack *stack = profile_hold(profile);
	const bool needs = allow_needs_unit(&stack->profile->allow);

	stack_release(&stack);
	return needs;
}

/* ---- Rules -------------------------------------------------------------- */

static enum apam_status
refuse_stranger(
    const struct profile *profile, uint32_t user, struct apam_error *err)
{
	return error_set_at(err, APAM_E_POLICY, profile->file, 0,
	    "the profile has no rule, so the agent signs with it for root and "
	    "itself alone: add one to allow if user %lu may",
	    (unsigned long)user);
}

/*
 * That a rule which gives something gives enough, profile/gifts.h has seen to
 * when the profile was opened.
 */
static enum apam_status
serve_allows(const struct profile *profile, const struct caller *caller,
    const struct request *request, struct apam_error *err)
{
	const struct allow_request what = { request->view.method,
		request->view.path };
	char why[APAM_TEXT_SIZE];
	struct allow_verdict v;

	if (profile->allow.count == 0)
		return caller->user == 0 || caller->user == geteuid() ?
		    APAM_OK :
		    refuse_stranger(profile, caller->user, err);
	v = allow_decide(&profile->allow, caller, &what);
	if (v.fits && v.give != APAM_GIVE_NOTHING)
		return APAM_OK;
	allow_refusal(&profile->allow, caller, &v, why, sizeof(why));
	return error_set_at(err, APAM_E_POLICY, profile->file,
	    profile->allow.rules[v.rule].line, "%s", why);
}

/* ---- Handing over ------------------------------------------------------- */

static enum apam_status
check_parts(const struct stack_result *result, struct apam_error *err)
{
	const char *what = NULL;

	if (result->total.pair != NULL)
		what = "a client certificate is part of the signature";
	else if (result->total.body != NULL)
		what = "the scheme rewrites the body";
	else if (result->verifies != 0)
		what = "the scheme verifies the answer";
	if (what == NULL)
		return APAM_OK;
	return error_set(err, APAM_E_POLICY,
	    "%s, which the agent cannot do for another program: give the "
	    "profile agent = \"off\"",
	    what);
}

static struct audit_asker
asker_of(const struct serve_who *who)
{
	return (struct audit_asker){ who->caller.user, who->caller.unit.p,
		who->program };
}

static enum apam_status
hand_over(const struct serve_job *job, const struct stack *stack,
    const struct request *r, struct stack_result *result,
    struct apam_error *err)
{
	const struct audit_asker asker = asker_of(job->who);
	struct apam_signing *s = &result->total;
	struct serve_signature made = {
		.headers = fields_array(&s->headers),
		.header_count = s->headers.count,
		.query = str_skip(r->view.url, r->given.n),
		.covered = fields_array(&s->covers),
		.covered_count = s->covers.count,
		.generation = result->generation,
		.credential = result->credential,
		.memo = s->memo,
		.entries = result->entries,
	};

	if ((made.headers == NULL && made.header_count > 0) ||
	    (made.covered == NULL && made.covered_count > 0))
		return error_set(err, APAM_E_MEMORY, "out of memory");
	job->made(job->arg, &made);
	serve_news_used(job->who->news, job->who->known, stack, result, &asker);
	return APAM_OK;
}

/* ---- The direct way: what signs each request, lent by the slot ----------- */

static bool
sign_lent(const struct serve_job *job, struct direct *direct,
    const struct apam_request *request)
{
	const struct url *origin = direct_origin(direct, request->url);
	struct stack *stack = direct_stack(direct);
	struct stack_result result;
	struct signing_room room;
	struct request r;
	bool ok;

	if (origin == NULL)
		return false;
	stack_result_init(&result, &room);
	request_init_plain(&r, request, origin);
	ok = serve_allows(stack->profile, &job->who->caller, &r, NULL) ==
		APAM_OK &&
	    direct_sign(direct, &r, &result, NULL) == APAM_OK &&
	    check_parts(&result, NULL) == APAM_OK &&
	    hand_over(job, stack, &r, &result, NULL) == APAM_OK;
	request_free(&r);
	signing_free(&result.total);
	return ok;
}

/* False where the long way is to sign, or to say why not. */
static bool
sign_direct_for(const struct serve_job *job, const struct apam_request *request)
{
	struct loan *loan = slot_signer(
	    atomic_load_explicit(&job->profile->slot, memory_order_acquire),
	    request);
	struct direct *direct = loan == NULL ? NULL : loan_take(loan);
	bool ok;

	if (direct == NULL)
		return false;
	ok = sign_lent(job, direct, request);
	loan_give_back(loan);
	return ok;
}

/* ---- The long way --------------------------------------------------------- */

static void
tell_refused(const struct serve_job *job, const struct stack *stack,
    const struct apam_error *why)
{
	const struct audit_asker asker = asker_of(job->who);

	serve_news_refused(job->who->news, stack, why, &asker);
}

/* Before its secrets are read, too: strangers cause no work. */
static enum apam_status
admit(const struct serve_job *job, const struct apam_request *request,
    const struct stack *stack, struct request *r, struct apam_error *err)
{
	enum apam_status status = request_init(r, request, stack->profile, err);

	if (status == APAM_OK)
		status = serve_allows(
		    stack->profile, &job->who->caller, r, err);
	return status;
}

static void
note_use(struct stack *stack, const struct stack_result *made)
{
	for (size_t i = 0; i < stack->count; i++)
		if (made->entries & 1U << i)
			notify_use(&stack->entries[i]);
}

/* What the caller doubts may be replaced soon. */
static bool
is_settling(struct stack *stack, uint64_t rejected)
{
	bool settling = false;

	for (size_t i = 0; rejected != 0 && i < stack->count; i++)
		settling |= obtain_doubt(&stack->entries[i], rejected);
	return settling;
}

/* With a stack that is open. */
static enum apam_status
sign_with_stack(const struct serve_job *job, const struct apam_request *request,
    struct serve_call *call, struct stack *stack, struct apam_error *err)
{
	const struct patience patience = { .deadline = call->deadline,
		.none = true,
		.awaited = call->awaited,
		.late = &call->late };
	struct stack_result result;
	struct signing_room room;
	struct request r;
	enum apam_status status;

	stack_result_init(&result, &room);
	status = admit(job, request, stack, &r, err);
	if (status == APAM_OK && is_settling(stack, job->rejected))
		status = APAM_E_PENDING;
	if (status == APAM_OK)
		status = stack_sign(stack, &r, &patience, &result, err);
	if (status == APAM_OK && call->digest == 0)
		status = check_parts(&result, err);
	if (status == APAM_OK && call->digest == 0) {
		/* So that the page can be handed over, too. */
		profile_warm(job->profile, stack, &result);
		status = hand_over(job, stack, &r, &result, err);
	}
	if (status == APAM_OK && call->digest == 0)
		note_use(stack, &result);
	request_free(&r);
	signing_free(&result.total);
	return status;
}

/* The stack in use, open; NULL where the caller is refused, or it is not. */
static struct stack *
stack_for(const struct serve_job *job, const struct apam_request *request,
    int64_t deadline, struct apam_error *err)
{
	struct stack *stack = profile_follow(job->profile, deadline, err);
	enum apam_status status;
	struct request r;

	if (stack == NULL || stack_is_open(stack))
		return stack;
	status = admit(job, request, stack, &r, err);
	request_free(&r);
	if (status != APAM_OK)
		tell_refused(job, stack, err);
	stack_release(&stack);
	return status == APAM_OK ? profile_open(job->profile, deadline, err) :
				   NULL;
}

static enum apam_status
sign_long_for(const struct serve_job *job, const struct apam_request *request,
    struct serve_call *call, struct apam_error *err)
{
	struct stack *stack = stack_for(job, request, call->deadline, err);
	enum apam_status status;

	if (stack == NULL) {
		error_locate(err, apam_profile_name(job->profile), -1);
		return err->status;
	}
	status = sign_with_stack(job, request, call, stack, err);
	if (status != APAM_OK && status != APAM_E_PENDING &&
	    call->digest == 0) {
		error_locate(err, apam_profile_name(job->profile), -1);
		tell_refused(job, stack, err);
	}
	stack_release(&stack);
	return status;
}

/* ---- Both --------------------------------------------------------------- */

static enum apam_status
sign_with_body(const struct serve_job *job, struct serve_call *call,
    const struct apam_request *request, struct apam_error *err)
{
	enum apam_status status;

	if (job->rejected == 0 && sign_direct_for(job, request))
		return APAM_OK;
	/* What the direct way lacked is asked for just the same. */
	if (call->digest != 0)
		return APAM_E_PENDING;
	if (call->deadline == 0)
		call->deadline = profile_deadline(
		    job->profile, request->timeout_ms);
	status = sign_long_for(job, request, call, err);
	if (call->digest != 0 || status != APAM_E_PENDING ||
	    clock_ms() < call->deadline)
		return status;
	error_clear(err);
	return obtain_late(call->late, err);
}

enum apam_status
serve_sign(const struct serve_job *job, struct serve_call *call,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_request request = *job->request;
	struct apam_body body;
	enum apam_status status;

	call->digest = 0;
	error_clear(err);
	if (request.body != NULL && job->has_body) {
		body = *request.body;
		digest_asks(&body, &call->digest);
		request.body = &body;
	}
	status = sign_with_body(job, call, &request, err);
	return call->digest != 0 ? APAM_E_PENDING : status;
}

/* ---- Answers ------------------------------------------------------------- */

static bool
is_against(enum apam_verdict verdict)
{
	return verdict == APAM_VERDICT_REJECTED ||
	    verdict == APAM_VERDICT_SUSPECT;
}

/*
 * The module sees the answer for what it keeps of it; of the verdicts the one
 * counts that has seen all of the answer, and never alone.
 */
static void
take_hint(struct entry *e, const struct apam_answer_view *view,
    const struct serve_answer *said)
{
	const char *reason;
	const enum apam_verdict own = entry_judge(e, view, &reason);

	if (is_against(said->verdict))
		(void)obtain_doubt(e, said->generation);
	else if (said->verdict == APAM_VERDICT_ACCEPTED &&
	    own == APAM_VERDICT_ACCEPTED && verdict_holds(e, said->generation))
		verdict_accept(e);
}

static void
take_hints(struct stack *stack, const struct serve_answer *said)
{
	const struct apam_signature signature = { .size = sizeof(signature),
		.generation = said->generation,
		.credential = said->credential,
		.entries = said->entries };
	struct apam_answer_view view = { .size = sizeof(view),
		.method = apam_str(said->method),
		.now_ms = clock_unix_ms() };
	char origin[URL_ORIGIN_SIZE];
	struct response r;
	struct url url;

	if (url_parse(apam_str(said->url), &url) != NULL)
		return;
	url_origin(url.https, url.host, url.port, origin);
	response_view(&r, said->answer->status, said->answer->headers,
	    said->answer->header_count, said->answer->body);
	view.response = &r.pub;
	view.origin = apam_str(origin);
	for (size_t i = 0; i < APAM_ENTRIES_MAX; i++) {
		size_t at = stack->count;

		if (said->entries & 1U << i)
			at = signer_place(stack, &signature, i);
		if (at < stack->count)
			take_hint(&stack->entries[at], &view, said);
	}
	response_free(&r);
}

void
serve_judged(struct apam_profile *profile, const struct serve_who *who,
    const struct serve_answer *said)
{
	HOLD_CANCEL;
	struct apam_request request = APAM_REQUEST(said->method, said->url);
	const struct serve_job job = {
		.profile = profile, .request = &request, .who = who
	};
	struct stack *stack = profile_hold(profile);
	struct apam_error unwanted;
	struct request r;

	error_init(&unwanted);
	if (stack_is_open(stack)) {
		if (admit(&job, &request, stack, &r, &unwanted) == APAM_OK)
			take_hints(stack, said);
		request_free(&r);
	}
	stack_release(&stack);
}

/* ---- Files ---------------------------------------------------------------- */

void
serve_look(struct apam *ctx)
{
	HOLD_CANCEL;

	for (size_t i = 0; i < ctx->profile_count; i++) {
		struct apam_profile *profile = ctx->profiles[i];
		struct apam_error unwanted;
		struct stack *stack;

		error_init(&unwanted);
		profile_look_soon(profile);
		stack = profile_follow(
		    profile, profile_deadline(profile, 0), &unwanted);
		stack_release(&stack);
	}
}
