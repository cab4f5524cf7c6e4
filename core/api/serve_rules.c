/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nothing is kept from request to request: rules, callers and paths differ.
 */
#include "api/serve_rules.h"

#include <unistd.h>

#include "base/error.h"

enum apam_status
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
		    error_set_at(err, APAM_E_POLICY, profile->file, 0, "%s",
			allow_none_for_agent());
	v = allow_decide(&profile->allow, caller, &what);
	if (v.fits && v.give != APAM_GIVE_NOTHING)
		return APAM_OK;
	allow_refusal(&profile->allow, caller, &v, why, sizeof(why));
	return error_set_at(err, APAM_E_POLICY, profile->file,
	    profile->allow.rules[v.rule].line, "%s", why);
}

enum apam_status
serve_admit(const struct stack *stack, const struct apam_request *given,
    const struct caller *caller, struct request *r, struct apam_error *err)
{
	enum apam_status status = request_init(r, given, stack->profile, err);

	if (status == APAM_OK)
		status = serve_allows(stack->profile, caller, r, err);
	return status;
}
