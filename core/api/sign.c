/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The long way of apam_sign (sign_short.c has the short one): check, bind to
 * the origin, run the stack, hand over, and open the slot for the next one.
 */
#include "api/sign.h"
#include "api/allowed.h"
#include "api/caller_news.h"
#include "api/sign_served.h"
#include "api/signature.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/sized.h"
#include "flight/notify.h"
#include "profile/refusals.h"
#include "profile/reload.h"
#include "profile/warm.h"
#include "slot/plain_origin.h"

/* Keep it for the next ones, and note which keys it used, and for whom. */
static void
signature_made(struct serving *s)
{
	struct stack *stack = s->stack;

	profile_warm(s->profile, stack, s->result);
	for (size_t i = 0; i < stack->count; i++)
		if (s->result->entries & 1U << i)
			notify_use(&stack->entries[i]);
	caller_news_used(s->profile->ctx, stack, s->result, s->caller);
}

static void
signature_failed(
    struct serving *s, struct apam_signature *signature, struct apam_error *err)
{
	apam_signature_release(signature);
	error_locate(err, s->profile->name, -1);
	if (!s->here ||
	    !caller_news_refused(s->profile->ctx, s->stack, err, s->caller))
		refusal_tell(s->profile, s->stack, err);
}

/* By whoever signs for the profile, who looks at its rules. */
static enum apam_status
sign_bound(struct serving *s, struct apam_error *err)
{
	enum apam_status status;

	if (sign_is_served(s->profile, s->stack))
		return sign_served(s, err);
	s->here = true;
	status = allowed(s->stack->profile, s->request, s->caller, err);
	if (status != APAM_OK)
		return status;
	return stack_sign(s->stack, s->request, s->patience, s->result, err);
}

/* For whom a gateway asks; a program that knows no such member asks for itself. */
static const struct apam_caller *
caller_of(const struct apam_request *request)
{
	return SIZED_HAS(struct apam_request, request, caller) ?
	    request->caller :
	    NULL;
}

/* Most URLs can be told at a glance. */
static enum apam_status
take_request(struct serving *s, const struct apam_request *request,
    struct apam_error *err)
{
	const struct profile *profile = s->stack->profile;
	const struct url *origin = request->url == NULL ?
	    NULL :
	    plain_origin(profile->origins, profile->origin_count, request->url);

	return origin == NULL ?
	    request_init(s->request, request, profile, err) :
	    request_init_at(s->request, request, origin, err);
}

/* With the stack that is in use. */
static enum apam_status
sign_with_stack(struct serving *s, const struct apam_request *request,
    struct apam_signature *signature, struct apam_error *err)
{
	struct signing_room room;
	enum apam_status status;

	stack_result_init(s->result, &room);
	s->caller = caller_of(request);
	status = take_request(s, request, err);
	if (status == APAM_OK)
		status = sign_bound(s, err);
	if (status == APAM_OK)
		status = signature_fill(
		    signature, s->request, s->stack, s->result, err);
	if (status == APAM_OK && s->here)
		signature_made(s);
	if (status != APAM_OK)
		signature_failed(s, signature, err);
	request_free(s->request);
	signing_free(&s->result->total);
	return status;
}

enum apam_status
sign_with(struct apam_profile *profile, const struct apam_request *request,
    struct apam_signature *signature, const struct patience *patience,
    struct apam_error *err)
{
	struct patience mine = *patience;
	struct stack_result result;
	struct request r;
	struct serving s = { .profile = profile,
		.request = &r,
		.patience = &mine,
		.result = &result };
	enum apam_status status;

	apam_signature_release(signature);
	if (sized_check(&sized_request, request, err) != APAM_OK) {
		error_locate(err, profile->name, -1);
		return APAM_E_USAGE;
	}
	if (mine.deadline == 0)
		mine.deadline = profile_deadline(profile, request->timeout_ms);
	s.stack = profile_to_sign(profile, mine.deadline, err);
	if (s.stack == NULL) {
		error_locate(err, profile->name, -1);
		return err->status;
	}
	status = sign_with_stack(&s, request, signature, err);
	stack_release(&s.stack);
	return status;
}

/* The error has something to say in any case. */
static enum apam_status
sign_fully(struct apam_profile *profile, const struct apam_request *request,
    struct apam_signature *signature, struct apam_error *err)
{
	const struct patience patience = { .deadline = 0 };
	struct apam_error unwanted;

	if (err != NULL)
		return sign_with(profile, request, signature, &patience, err);
	error_init(&unwanted);
	return sign_with(profile, request, signature, &patience, &unwanted);
}

enum apam_status
sign_long(struct apam_profile *profile, const struct apam_request *request,
    struct apam_signature *signature, struct apam_error *err)
{
	HOLD_CANCEL;

	if (!sized_begin(err) ||
	    sized_check(&sized_signature, signature, err) != APAM_OK)
		return APAM_E_USAGE;
	if (sign_direct(profile, request, signature))
		return APAM_OK;
	return sign_fully(profile, request, signature, err);
}
