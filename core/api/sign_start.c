/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing without blocking.  A call that cannot be done at once is tried anew,
 * from the start, whenever its result is asked for: the flight it waits for
 * has then landed, or not.  It remembers which one, for each entry.
 */
#include <limits.h>
#include <stdlib.h>

#include "api/sign.h"
#include "api/sign_served.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/sized.h"
#include "flight/loop.h"
#include "profile/reload.h"
#include "served/ask_nonblocking.h"

struct apam_call {
	struct apam_call *next;
	struct apam_profile *profile;
	const struct apam_request *request;
	struct apam_signature *signature;
	int64_t deadline;
	uint64_t awaited[APAM_ENTRIES_MAX]; /* see struct patience */
	const char *late; /* the same */
	struct served_call *asked; /* the same */
	enum apam_status status; /* PENDING until it has ended */
	struct apam_error error;
};

/* ---- The context's list of calls ---------------------------------------- */

static void
enlist(struct apam *ctx, struct apam_call *call)
{
	pthread_mutex_lock(&ctx->env.lock);
	call->next = ctx->calls;
	ctx->calls = call;
	pthread_mutex_unlock(&ctx->env.lock);
}

static void
delist(struct apam *ctx, struct apam_call *call)
{
	pthread_mutex_lock(&ctx->env.lock);
	for (struct apam_call **at = &ctx->calls; *at != NULL;
	     at = &(*at)->next)
		if (*at == call) {
			*at = call->next;
			break;
		}
	pthread_mutex_unlock(&ctx->env.lock);
}

/* ---- Calls -------------------------------------------------------------- */

static enum apam_status
attempt(struct apam_call *call)
{
	const struct patience patience = { .deadline = call->deadline,
		.none = true,
		.awaited = call->awaited,
		.late = &call->late,
		.asked = &call->asked };

	error_init(&call->error);
	call->status = sign_with(call->profile, call->request, call->signature,
	    &patience, &call->error);
	if (call->status == APAM_E_PENDING && clock_ms() >= call->deadline) {
		error_clear(&call->error);
		call->status = obtain_late(call->late, &call->error);
		sign_served_end(call->profile, &call->asked);
	}
	return call->status;
}

static enum apam_status
check_started(const struct apam_profile *profile,
    const struct apam_request *request, const struct apam_signature *signature,
    struct apam_error *err)
{
	if (profile->ctx->env.loop->threaded)
		return error_set(err, APAM_E_USAGE,
		    "non-blocking calls need a context that was opened with "
		    "APAM_OPEN_NO_THREAD");
	if (sized_check(&sized_signature, signature, err) != APAM_OK)
		return APAM_E_USAGE;
	return sized_check(&sized_request, request, err);
}

/* Where the short way does not do. */
static enum apam_status
start(struct apam_profile *profile, const struct apam_request *request,
    struct apam_signature *signature, struct apam_call **call,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_call *c;
	enum apam_status status;

	/* The slot may have been written meanwhile, and left torn headers. */
	apam_signature_release(signature);
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	c->profile = profile;
	c->request = request;
	c->signature = signature;
	c->deadline = profile_deadline(profile, request->timeout_ms);

	status = attempt(c);
	error_copy(err, &c->error);
	if (status != APAM_E_PENDING) {
		free(c);
		return status;
	}
	enlist(profile->ctx, c);
	*call = c;
	return status;
}

enum apam_status
apam_sign_start(struct apam_profile *profile,
    const struct apam_request *request, struct apam_signature *signature,
    struct apam_call **call, struct apam_error *err)
{
	enum apam_status status;

	*call = NULL;
	if (!sized_begin(err))
		return APAM_E_USAGE;
	status = check_started(profile, request, signature, err);
	if (status != APAM_OK || sign_short(profile, request, signature))
		return status;
	return start(profile, request, signature, call, err);
}

enum apam_status
apam_call_result(struct apam_call *call, struct apam_error *err)
{
	HOLD_CANCEL;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (call->status == APAM_E_PENDING && attempt(call) != APAM_E_PENDING)
		delist(call->profile->ctx, call); /* apam_timeout forgets it */
	error_copy(err, &call->error);
	return call->status;
}

void
apam_call_cancel(struct apam_call **call)
{
	HOLD_CANCEL;
	struct apam_call *c = *call;

	*call = NULL;
	if (c == NULL)
		return;
	delist(c->profile->ctx, c);
	sign_served_end(c->profile, &c->asked);
	free(c);
}

/* ---- The host's loop ---------------------------------------------------- */

int
apam_fd(struct apam *ctx)
{
	HOLD_CANCEL;

	return loop_descriptor(ctx->env.loop);
}

int
apam_timeout(struct apam *ctx)
{
	HOLD_CANCEL;
	const int again = ask_nonblocking_timeout(ctx->served);
	int ms = loop_timeout(ctx->env.loop);
	int64_t now = clock_ms(), left;

	if (again >= 0 && (ms < 0 || again < ms))
		ms = again;

	pthread_mutex_lock(&ctx->env.lock);
	for (const struct apam_call *c = ctx->calls; c != NULL; c = c->next) {
		left = c->deadline > now ? c->deadline - now : 0;
		if (ms < 0 || left < ms)
			ms = left > INT_MAX ? INT_MAX : (int)left;
	}
	pthread_mutex_unlock(&ctx->env.lock);
	return ms;
}

void
apam_step(struct apam *ctx)
{
	HOLD_CANCEL;

	if (!ctx->env.loop->threaded && loop_descriptor(ctx->env.loop) >= 0)
		loop_turn(ctx->env.loop, 0);
	if (!ctx->env.loop->threaded)
		ask_nonblocking_move(ctx->served);
}
