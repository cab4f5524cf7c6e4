/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_sign: check, bind to the origin, run the stack, hand over.
 */
#include "sign.h"
#include "clock.h"
#include "error.h"
#include "signature.h"

int64_t
deadline_of(const struct apam_profile *profile, int timeout_ms)
{
	int64_t ms = timeout_ms > 0 ? timeout_ms :
				      profile->stack->profile->deadline * 1000;

	return clock_ms() + ms;
}

static void
result_init(struct stack_result *result)
{
	signing_init(&result->total);
	result->generation = 0;
	result->entries = 0;
}

enum apam_status
apam_sign(struct apam_profile *profile, const struct apam_request *request,
    struct apam_signature *signature, struct apam_error *err)
{
	struct stack *stack = profile->stack;
	struct stack_result result;
	struct request r;
	enum apam_status status;

	error_clear(err);
	if (signature->size < sizeof(*signature))
		return error_set(err, APAM_E_USAGE,
		    "the signature was not set up with APAM_SIGNATURE_INIT");
	apam_signature_release(signature);
	result_init(&result);

	status = request_init(&r, request, stack->profile, err);
	if (status == APAM_OK)
		status = stack_ready(stack, err);
	if (status == APAM_OK)
		status = stack_sign(stack, &r,
		    deadline_of(profile, request->timeout_ms), &result, err);
	if (status == APAM_OK)
		status = signature_fill(signature, &r, &result, err);
	if (status != APAM_OK) {
		apam_signature_release(signature);
		error_locate(err, stack->profile->name, -1);
	}
	request_free(&r);
	signing_free(&result.total);
	return status;
}
