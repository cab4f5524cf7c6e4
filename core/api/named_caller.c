/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a host says of somebody: numbers of the system's size, checked.
 */
#include "api/named_caller.h"

#include <stdlib.h>
#include <unistd.h>

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

static bool
has_good_numbers(const struct apam_caller *caller)
{
	bool ok = caller->uid < UINT32_MAX &&
	    (caller->gid_count == 0 || caller->gids != NULL);

	for (size_t i = 0; ok && i < caller->gid_count; i++)
		ok = caller->gids[i] < UINT32_MAX;
	return ok;
}

static enum apam_status
check(const struct apam_caller *caller, struct apam_error *err)
{
	if (!has_good_numbers(caller))
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

/* ---- Without taking it ------------------------------------------------- */

bool
named_caller_is_plain(const struct apam_caller *caller)
{
	return (caller->size == sizeof(*caller) ||
		   sized_check(&sized_caller, caller, NULL) == APAM_OK) &&
	    caller->unit == NULL && has_good_numbers(caller);
}

/* The host may name anybody, so it is believed here, too. */
static bool
is_vouched_for(const struct apam_caller *caller)
{
	return SIZED_HAS(struct apam_caller, caller, own) && caller->own == 1;
}

bool
named_caller_is_master(const struct apam_caller *caller)
{
	return caller->uid == 0 || is_vouched_for(caller) ||
	    caller->uid == geteuid();
}

#define OWN_MAX 64 /* groups */

/* This process's groups, the effective one among them; 0: more than that. */
static size_t
own_groups(gid_t to[OWN_MAX + 1])
{
	const int n = getgroups(OWN_MAX, to);

	if (n < 0)
		return 0;
	to[n] = getegid();
	return (size_t)n + 1;
}

static bool
is_own(const gid_t *own, size_t n, unsigned long gid)
{
	for (size_t i = 0; i < n; i++)
		if (own[i] == gid)
			return true;
	return false;
}

static bool
is_named(const struct apam_caller *caller, gid_t gid)
{
	for (size_t i = 0; i < caller->gid_count; i++)
		if (caller->gids[i] == gid)
			return true;
	return false;
}

bool
named_caller_is_self(const struct apam_caller *caller)
{
	gid_t own[OWN_MAX + 1];
	const bool plain = named_caller_is_plain(caller);
	const bool vouched_for = plain && is_vouched_for(caller);
	const bool may_be = plain && !vouched_for && caller->uid == geteuid();
	const size_t n = may_be ? own_groups(own) : 0;
	bool same = n > 0;

	if (vouched_for)
		return true;
	for (size_t i = 0; same && i < caller->gid_count; i++)
		same = is_own(own, n, caller->gids[i]);
	for (size_t i = 0; same && i < n; i++)
		same = is_named(caller, own[i]);
	return same;
}
