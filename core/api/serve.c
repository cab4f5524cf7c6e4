/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * As apam_sign (sign.c), but for whom the rules look at, and what becomes of the
 * result: it is handed over in its parts, and the caller adds them to a request
 * that is not here.
 */
#include "api/serve.h"

#include "agent/lists.h"
#include "api/serve_rules.h"
#include "api/serve_stack.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "flight/notify.h"
#include "profile/direct.h"
#include "profile/reload.h"
#include "profile/rendered.h"
#include "profile/warm.h"

/* ---- Handing over ------------------------------------------------------- */

static enum apam_status
check_parts(const struct stack_result *result, struct apam_error *err)
{
	if (result->total.pair == NULL)
		return APAM_OK;
	return error_set(err, APAM_E_POLICY,
	    "a client certificate is part of the signature, which the agent "
	    "cannot do for another program: give the profile agent = \"off\"");
}

static void
put_rewritten(struct serve_signature *made, const struct rewriter *rewriter,
    const struct buf *around)
{
	if (rewriter == NULL)
		return;
	made->around = buf_view(around);
	made->new_length = rewriter->length;
	made->piece = rewriter->piece;
	made->hash = rewriter->hash;
}

static enum apam_status
give_parts(const struct serve_job *job, const struct stack *stack,
    const struct request *r, struct stack_result *result,
    const struct buf *around, struct apam_error *err)
{
	const struct audit_asker asker = serve_audit_asker(
	    stack->profile, job->who);
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
		.verifies = result->verifies,
		.asker = serve_asker(stack->profile, job->who),
	};

	if ((made.headers == NULL && made.header_count > 0) ||
	    (made.covered == NULL && made.covered_count > 0))
		return error_set(err, APAM_E_MEMORY, "out of memory");
	put_rewritten(&made, s->rewriter, around);
	job->made(job->arg, &made);
	serve_news_used(job->who->news,
	    job->who->named == NULL ? job->who->known : NULL, stack, result,
	    &asker);
	return APAM_OK;
}

/* PENDING: digests are to be asked of the caller first. */
static enum apam_status
rewrite(const struct serve_job *job, struct serve_call *call,
    struct rewriter *rewriter, struct buf *around, struct apam_error *err)
{
	struct apam_body body = *job->request->body;
	enum apam_status status;

	/* Of bytes, how many there are is all that is looked at. */
	if (job->has_body)
		body.kind = job->pieces.in_memory ? APAM_BODY_BYTES :
						    APAM_BODY_READER;
	body.bytes = (struct apam_str){ NULL, (size_t)body.length };
	status = serve_pieces(&body, &job->pieces, rewriter, around, err);
	if (status == APAM_E_PENDING) {
		call->digest = rewriter->hash;
		call->piece = rewriter->piece;
	}
	return status;
}

static enum apam_status
hand_over(const struct serve_job *job, struct serve_call *call,
    const struct stack *stack, const struct request *r,
    struct stack_result *result, struct apam_error *err)
{
	enum apam_status status = check_parts(result, err);
	struct buf around;

	buf_init_plain(&around, AGENT_AROUND_MAX);
	if (status == APAM_OK && result->total.rewriter != NULL)
		status = rewrite(
		    job, call, result->total.rewriter, &around, err);
	if (status == APAM_OK)
		status = give_parts(job, stack, r, result, &around, err);
	buf_free(&around);
	return status;
}

/* ---- The direct way: what signs each request, lent by the slot ----------- */

static bool
sign_lent(const struct serve_job *job, struct serve_call *call,
    struct direct *direct, const struct apam_request *request)
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
	r.asker = job->who->caller.user;
	ok = serve_allows(stack->profile, job->who, &r, NULL) == APAM_OK &&
	    direct_sign(direct, &r, &result, NULL) == APAM_OK &&
	    hand_over(job, call, stack, &r, &result, NULL) == APAM_OK;
	request_free(&r);
	signing_free(&result.total);
	return ok;
}

/* False where the long way is to sign, or to say why not. */
static bool
sign_direct_for(const struct serve_job *job, struct serve_call *call,
    const struct apam_request *request)
{
	struct loan *loan;
	struct direct *direct = direct_borrow(job->profile, request, &loan);
	bool ok;

	if (direct == NULL)
		return false;
	ok = sign_lent(job, call, direct, request);
	loan_give_back(loan);
	return ok;
}

/* ---- The long way --------------------------------------------------------- */

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

/* By what the slot has, where the caller does not doubt it; else anew. */
static enum apam_status
render(const struct serve_job *job, const struct serve_call *call,
    struct stack *stack, struct request *r, const struct patience *patience,
    struct stack_result *result, struct apam_error *err)
{
	enum apam_status status;

	if (job->rejected == 0 && rendered_take(stack->slot, result))
		return signing_check(&result->total, err);
	status = stack_sign(stack, r, patience, result, err);
	/* So that the page can be handed over, too. */
	if (status == APAM_OK && call->digest == 0)
		profile_warm(job->profile, stack, result);
	return status;
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
	status = serve_admit(stack, request, job->who, &r, err);
	if (status == APAM_OK && is_settling(stack, job->rejected))
		status = APAM_E_PENDING;
	if (status == APAM_OK)
		status = render(job, call, stack, &r, &patience, &result, err);
	if (status == APAM_OK && call->digest == 0)
		status = hand_over(job, call, stack, &r, &result, err);
	if (status == APAM_OK && call->digest == 0)
		note_use(stack, &result);
	request_free(&r);
	signing_free(&result.total);
	return status;
}

static enum apam_status
sign_long_for(const struct serve_job *job, const struct apam_request *request,
    struct serve_call *call, struct apam_error *err)
{
	struct stack *stack = serve_stack(
	    job->profile, job->who, request, call->deadline, err);
	enum apam_status status;

	if (stack == NULL) {
		error_locate(err, apam_profile_name(job->profile), -1);
		return err->status;
	}
	status = sign_with_stack(job, request, call, stack, err);
	if (status != APAM_OK && status != APAM_E_PENDING &&
	    call->digest == 0) {
		error_locate(err, apam_profile_name(job->profile), -1);
		serve_tell_refused(stack, job->who, err);
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

	if (job->rejected == 0 && sign_direct_for(job, call, request))
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
	call->piece = 0;
	error_clear(err);
	if (request.body != NULL && job->has_body) {
		body = *request.body;
		digest_asks(&body, &call->digest);
		request.body = &body;
	}
	status = sign_with_body(job, call, &request, err);
	return call->digest != 0 ? APAM_E_PENDING : status;
}
