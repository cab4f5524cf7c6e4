/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a profile's rules give somebody else, for tools that explain them.
 */
#include <apam/admin.h>
#include <stdlib.h>

#include "abi/request.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/sized.h"
#include "profile/opening.h"

/* The groups as rules have them; NULL without memory.  Freed by the caller. */
static uint32_t *
copy_groups(const struct apam_caller *from)
{
	uint32_t *groups = calloc(from->gid_count + 1, sizeof(*groups));

	for (size_t i = 0; groups != NULL && i < from->gid_count; i++)
		groups[i] = (uint32_t)from->gids[i];
	return groups;
}

static enum apam_status
check_caller(const struct apam_caller *caller, struct apam_error *err)
{
	bool ok = caller->uid < UINT32_MAX &&
	    (caller->gid_count == 0 || caller->gids != NULL);

	for (size_t i = 0; ok && i < caller->gid_count; i++)
		ok = caller->gids[i] < UINT32_MAX;
	return ok ? APAM_OK :
		    error_set(err, APAM_E_USAGE,
			"the caller has a user or group that cannot be");
}

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
grant_of(const struct profile *p, const struct apam_caller *caller,
    const struct apam_request *request, struct apam_grant *grant,
    struct apam_error *err)
{
	struct request r;
	uint32_t *groups = copy_groups(caller);
	const struct caller who = { .user = (uint32_t)caller->uid,
		.groups = groups,
		.group_count = caller->gid_count,
		.unit = apam_str(caller->unit) };
	enum apam_status status = groups == NULL ?
	    error_set(err, APAM_E_MEMORY, "out of memory") :
	    APAM_OK;

	if (status != APAM_OK)
		return status;
	status = request_init(&r, request, p, err);
	if (status == APAM_OK)
		fill_grant(p, &who, &r, grant);
	request_free(&r);
	free(groups);
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
	struct apam_caller who;
	enum apam_status status;
	struct stack *stack;

	if (!sized_begin(err) ||
	    sized_room(&sized_grant, grant, err) != APAM_OK ||
	    sized_take(&sized_caller, caller, &who, err) != APAM_OK)
		return APAM_E_USAGE;
	status = check_caller(&who, err);
	if (status == APAM_OK) {
		stack = profile_hold(profile);
		status = grant_of(stack->profile, &who, &request, &mine, err);
		error_locate(err, apam_profile_name(profile), -1);
		stack_release(&stack);
	}
	sized_give(&sized_grant, &mine, grant);
	return status;
}
