/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a host says of somebody: numbers of the system's size, checked.
 */
#include "api/named_caller.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/sized.h"
#include "base/str.h"
#include "text/unit_name.h"

/* A rule names services alone, so that nothing else would ever be met. */
static enum apam_status
check_unit(const char *unit, struct apam_error *err)
{
	const char *why = NULL;

	if (unit != NULL && unit[0] != '\0')
		why = unit_name_problem(apam_str(unit));
	return why == NULL ?
	    APAM_OK :
	    error_set(err, APAM_E_USAGE, "the caller's unit is %s", why);
}

static enum apam_status
check(const struct apam_caller *caller, struct apam_error *err)
{
	bool ok = caller->uid < UINT32_MAX &&
	    (caller->gid_count == 0 || caller->gids != NULL);

	for (size_t i = 0; ok && i < caller->gid_count; i++)
		ok = caller->gids[i] < UINT32_MAX;
	if (!ok)
		return error_set(err, APAM_E_USAGE,
		    "the caller has a user or group that cannot be");
	return check_unit(caller->unit, err);
}

enum apam_status
named_caller_take(struct named_caller *to, const struct apam_caller *from,
    struct apam_error *err)
{
	struct apam_caller own;
	enum apam_status status = sized_take(&sized_caller, from, &own, err);

	*to = (struct named_caller){ .groups = NULL };
	if (status == APAM_OK)
		status = check(&own, err);
	if (status != APAM_OK)
		return status;
	to->groups = calloc(own.gid_count + 1, sizeof(*to->groups));
	if (to->groups == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	for (size_t i = 0; i < own.gid_count; i++)
		to->groups[i] = (uint32_t)own.gids[i];
	to->caller = (struct caller){ .user = (uint32_t)own.uid,
		.groups = to->groups,
		.group_count = own.gid_count,
		.unit = apam_str(own.unit) };
	return APAM_OK;
}

void
named_caller_free(struct named_caller *named)
{
	free(named->groups);
	named->groups = NULL;
}
