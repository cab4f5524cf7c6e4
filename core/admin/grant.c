/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a profile's rules give somebody else, for tools that explain them.
 */
#include <apam/admin.h>

#include "abi/request.h"
#include "api/named_caller.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/sized.h"
#include "profile/opening.h"

static void
fill_grant(const struct profile *p, const struct caller *caller,
    const struct request *r, struct apam_grant *grant)
{
	const struct allow_request what = { r->view.method, r->view.path };
	const struct allow_verdict v = allow_decide(&p->allow, caller, &what);

	grant->ruled = p->allow.count > 0;
	if (!grant->ruled)
		return;
	grant->given = v.fits;
	grant->give = v.give;
	if (v.fits) {
		grant->rule = (unsigned)v.rule + 1;
		grant->line = p->allow.rules[v.rule].line;
	}
	if (!v.fits || v.give == APAM_GIVE_NOTHING)
		allow_refusal(&p->allow, caller, &v, grant->why_not,
		    sizeof(grant->why_not));
}

static enum apam_status
grant_of(const struct profile *p, const struct caller *who,
    const struct apam_request *request, struct apam_grant *grant,
    struct apam_error *err)
{
	struct request r;
	const enum apam_status status = request_init(&r, request, p, err);

	if (status == APAM_OK)
		fill_grant(p, who, &r, grant);
	request_free(&r);
	return status;
}

enum apam_status
apam_profile_grant(struct apam_profile *profile,
    const struct apam_caller *caller, const char *method, const char *url,
    struct apam_grant *grant, struct apam_error *err)
{
	HOLD_CANCEL;
	const struct apam_request request = APAM_REQUEST(method, url);
	struct apam_grant mine = { .size = sizeof(mine) };
	struct named_caller who;
	enum apam_status status;
	struct stack *stack;

	if (!sized_begin(err) ||
	    sized_room(&sized_grant, grant, err) != APAM_OK)
		return APAM_E_USAGE;
	status = named_caller_take(&who, caller, err);
	if (status == APAM_OK) {
		stack = profile_hold(profile);
		status = grant_of(
		    stack->profile, &who.caller, &request, &mine, err);
		error_locate(err, apam_profile_name(profile), -1);
		stack_release(&stack);
	}
	named_caller_free(&who);
	sized_give(&sized_grant, &mine, grant);
	return status;
}
