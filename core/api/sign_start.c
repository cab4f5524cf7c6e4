/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing, and verifying, without blocking.  A call that cannot be done at once
 * is tried anew, from the start, whenever its result is asked for: the flight it
 * waits for has then landed, or not.  It remembers which one, for each entry.
 */
#include <limits.h>
#include <stdlib.h>

#include "api/sign.h"
#include "api/sign_served.h"
#include "api/verify.h"
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
	struct apam_verify *verify; /* what it is about; NULL: a signature */
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

static void
let_go(struct apam_call *call)
{
	verify_free(&call->verify);
	sign_served_end(call->profile, &call->asked);
}

static enum apam_status
try_to_sign(struct apam_call *call)
{
	const struct patience patience = { .deadline = call->deadline,
		.none = true,
		.awaited = call->awaited,
		.late = &call->late,
		.asked = &call->asked };

	return sign_with(call->profile, call->request, call->signature,
	    &patience, &call->error);
}

static enum apam_status
attempt(struct apam_call *call)
{
	error_init(&call->error);
	call->status = call->verify != NULL ?
	    verify_ask(call->verify, true, &call->error) :
	    try_to_sign(call);
	if (call->status == APAM_E_PENDING && clock_ms() >= call->deadline) {
		error_clear(&call->error);
		call->status = obtain_late(call->late, &call->error);
	}
	if (call->status != APAM_E_PENDING)
		let_go(call);
	return call->status;
}

static enum apam_status
check_loop(const struct apam_profile *profile, struct apam_error *err)
{
	if (!profile->ctx->env.loop->threaded)
		return APAM_OK;
	return error_set(err, APAM_E_USAGE,
	    "non-blocking calls need a context that was opened with "
	    "APAM_OPEN_NO_THREAD");
}

static enum apam_status
check_started(const struct apam_profile *profile,
    const struct apam_request *request, const struct apam_signature *signature,
    struct apam_error *err)
{
	enum apam_status status = check_loop(profile, err);

	if (status == APAM_OK)
		status = sized_check(&sized_signature, signature, err);
	return status == APAM_OK ? sized_check(&sized_request, request, err) :
				   status;
}

/* It is freed where it has ended at once. */
static enum apam_status
begin(struct apam_call *c, struct apam_call **call, struct apam_error *err)
{
	const enum apam_status status = attempt(c);

	error_copy(err, &c->error);
	if (status != APAM_E_PENDING) {
		free(c);
		return status;
	}
	enlist(c->profile->ctx, c);
	*call = c;
	return status;
}

/* Where the short way does not do. */
static enum apam_status
start(struct apam_profile *profile, const struct apam_request *request,
    struct apam_signature *signature, struct apam_call **call,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_call *c;

	/* The slot may have been written meanwhile, and left torn headers. */
	apam_signature_release(signature);
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	c->profile = profile;
	c->request = request;
	c->signature = signature;
	c->deadline = profile_deadline(profile, request->timeout_ms);
	return begin(c, call, err);
}

static enum apam_status
verify_start(struct apam_verify **verify, struct apam_call **call,
    struct apam_error *err)
{
	struct apam_call *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	c->verify = *verify;
	c->profile = verify_profile(c->verify);
	c->deadline = verify_deadline(c->verify);
	c->late = "the agent did not answer in time";
	*verify = NULL;
	return begin(c, call, err);
}

enum apam_status
apam_verify_end_start(struct apam_verify **verify, bool whole,
    struct apam_call **call, struct apam_error *err)
{
	HOLD_CANCEL;
	enum apam_status status;

	*call = NULL;
	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (*verify == NULL)
		return APAM_OK;
	status = check_loop(verify_profile(*verify), err);
	if (status == APAM_OK)
		status = verify_close(*verify, whole, err);
	if (status == APAM_OK)
		status = verify_start(verify, call, err);
	verify_free(verify);
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
	let_go(c);
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
