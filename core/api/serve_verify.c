/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The caller says what the request and the answer were.  Where it lies it fools
 * itself: nothing is given out but yes or no, and nothing is kept.
 */
#include "api/serve_verify.h"

#include "api/serve_rules.h"
#include "api/serve_stack.h"
#include "api/signer.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "flight/obtain.h"
#include "http/response.h"
#include "profile/opening.h"
#include "profile/reload.h"

/* Who may be told: whoever could have that signed, or sends it for another. */
static enum apam_status
allows(struct stack *stack, const struct serve_proof *p, struct request *r,
    struct apam_error *err)
{
	struct apam_error why = APAM_ERROR_INIT;
	enum apam_status status = request_init(
	    r, p->request, stack->profile, err);

	if (status != APAM_OK ||
	    serve_is_gateway(stack->profile, &p->who->caller))
		return status;
	status = serve_allows(stack->profile, p->who, r, &why);
	if (status != APAM_OK)
		error_copy(err, &why);
	return status;
}

static enum apam_status
ask(struct stack *stack, const struct serve_proof *p, const struct request *r,
    struct apam_error *err)
{
	const struct apam_signature signature = { .size = sizeof(signature),
		.generation = p->generation,
		.credential = p->credential,
		.entries = p->entries,
		.verifies = p->verifies };
	const struct apam_answer *answer = p->answer;
	struct response response;
	const struct authentic a = { &r->view, &response.pub, p->digests,
		p->digest_count };
	enum apam_status status;

	response_view(&response, answer->status, answer->headers,
	    answer->header_count, APAM_STR(""));
	status = signer_verify(stack, &signature, &a, err);
	response_free(&response);
	return status;
}

/* With a stack that is open. */
static enum apam_status
verify_with_stack(
    struct stack *stack, const struct serve_proof *p, struct apam_error *err)
{
	struct request r;
	enum apam_status status = allows(stack, p, &r, err);

	if (status != APAM_OK)
		serve_tell_refused(stack, p->who, err);
	if (status == APAM_OK)
		status = request_show_headers(&r, err);
	if (status == APAM_OK)
		status = ask(stack, p, &r, err);
	request_free(&r);
	return status;
}

/* The long way opens it for those alone whom the rules let sign. */
static struct stack *
stack_for(const struct serve_proof *p, const struct serve_call *call,
    struct apam_error *err)
{
	struct stack *stack = profile_hold(p->profile);
	const bool gateway = serve_is_gateway(stack->profile, &p->who->caller);

	stack_release(&stack);
	return gateway ?
	    profile_open(p->profile, call->deadline, err) :
	    serve_stack(p->profile, p->who, p->request, call->deadline, err);
}

enum apam_status
serve_verify(const struct serve_proof *p, struct serve_call *call,
    struct apam_error *err)
{
	HOLD_CANCEL;
	struct stack *stack;
	enum apam_status status;

	error_clear(err);
	if (call->deadline == 0)
		call->deadline = profile_deadline(
		    p->profile, p->request->timeout_ms);
	stack = stack_for(p, call, err);
	status = stack == NULL ? err->status : APAM_OK;
	if (status == APAM_OK) {
		status = verify_with_stack(stack, p, err);
		stack_release(&stack);
	}
	if (status == APAM_E_PENDING && clock_ms() >= call->deadline) {
		error_clear(err);
		status = obtain_late(call->late, err);
	}
	if (status != APAM_OK && status != APAM_E_PENDING)
		error_locate(err, apam_profile_name(p->profile), -1);
	return status;
}
