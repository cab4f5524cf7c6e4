/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The direct way of apam_sign, for schemes that sign each request anew: it
 * borrows what signs from the profile's slot.
 */
#include "api/sign.h"
#include "api/signature.h"
#include "profile/direct.h"
#include "profile/handle.h"

static bool
sign_borrowed(struct direct *direct, const struct apam_request *request,
    struct apam_signature *signature)
{
	const struct url *origin = direct_origin(direct, request->url);
	struct stack_result result;
	struct signing_room room;
	struct request r;
	bool ok;

	if (origin == NULL)
		return false;
	apam_signature_release(signature);
	stack_result_init(&result, &room);
	request_init_plain(&r, request, origin);
	ok = direct_sign(direct, &r, &result, NULL) == APAM_OK &&
	    signature_fill(
		signature, &r, direct_stack(direct), &result, NULL) == APAM_OK;
	request_free(&r);
	signing_free(&result.total);
	return ok;
}

bool
sign_direct(struct apam_profile *profile, const struct apam_request *request,
    struct apam_signature *signature)
{
	struct loan *loan;
	struct direct *direct = direct_borrow(profile, request, &loan);
	bool ok;

	if (direct == NULL)
		return false;
	ok = sign_borrowed(direct, request, signature);
	loan_give_back(loan);
	return ok;
}
