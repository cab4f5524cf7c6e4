/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nothing is kept from call to call: a program may have changed its user, its
 * groups or its service since, or be a child that did.
 */
#include "api/allowed.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/named_caller.h"
#include "base/account.h"
#include "base/error.h"
#include "text/unit_name.h"

#define CGROUP_FILE "/proc/self/cgroup"
#define CGROUP_MAX 4096 /* bytes */

/* This process; `groups` and `cgroup` are the memory of caller's views. */
struct own {
	struct caller caller;
	uint32_t *groups;
	char cgroup[CGROUP_MAX];
};

/*
 * The effective group and the others, which may be many.  False without memory,
 * or where another thread has set others meanwhile.
 */
static bool
read_groups(struct own *own)
{
	const int room = getgroups(0, NULL);
	gid_t *groups = room < 0 ? NULL :
				   calloc((size_t)room + 1, sizeof(*groups));
	const int n = groups == NULL ? -1 : getgroups(room, groups);

	_Static_assert(sizeof(gid_t) == sizeof(uint32_t), "ids of 32 bits");
	own->groups = groups;
	if (n < 0 || n > room)
		return false;
	groups[n] = getegid();
	own->caller.groups = groups;
	own->caller.group_count = (size_t)n + 1;
	return true;
}

/* Where this cannot be read, the process is of none. */
static void
read_unit(struct own *own)
{
	const int fd = open(CGROUP_FILE, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd < 0)
		return;
	n = read(fd, own->cgroup, sizeof(own->cgroup));
	(void)close(fd);
	/* One that fills the room may be cut. */
	if (n > 0 && (size_t)n < sizeof(own->cgroup))
		own->caller.unit = unit_of_cgroup(
		    (struct apam_str){ own->cgroup, (size_t)n });
}

static enum apam_status
refuse(const struct profile *profile, const struct caller *caller,
    const struct allow_verdict *v, struct apam_error *err)
{
	char why[APAM_TEXT_SIZE];

	allow_refusal(&profile->allow, caller, v, why, sizeof(why));
	return error_set_at(err, APAM_E_POLICY, profile->file,
	    profile->allow.rules[v->rule].line, "%s", why);
}

enum apam_status
allowed_here(const struct profile *profile, const struct request *request,
    struct apam_error *err)
{
	const struct allow_request what = { request->view.method,
		request->view.path };
	enum apam_status status = APAM_OK;
	struct allow_verdict v;
	struct own own;

	if (profile->allow.count == 0)
		return APAM_OK;
	own.caller = (struct caller){ .user = geteuid() };
	if (!read_groups(&own)) {
		free(own.groups);
		return error_set(err, APAM_E_MEMORY,
		    "the groups of this process cannot be read");
	}
	if (allow_needs_unit(&profile->allow))
		read_unit(&own);
	v = allow_decide(&profile->allow, &own.caller, &what);
	if (!v.fits || v.give == APAM_GIVE_NOTHING)
		status = refuse(profile, &own.caller, &v, err);
	free(own.groups);
	return status;
}

static enum apam_status
allowed_somebody(const struct profile *profile, const struct request *request,
    const struct caller *caller, struct apam_error *err)
{
	const struct allow_request what = { request->view.method,
		request->view.path };
	char user[ACCOUNT_TEXT_SIZE];
	struct allow_verdict v;

	if (profile->allow.count == 0) {
		if (caller->user == 0 || caller->user == geteuid())
			return APAM_OK;
		account_describe(caller->user, user);
		return error_set_at(err, APAM_E_POLICY, profile->file, 0,
		    "the profile has no rules (allow), and so is not for %s: "
		    "write one that names that user",
		    user);
	}
	v = allow_decide(&profile->allow, caller, &what);
	return v.fits ? APAM_OK : refuse(profile, caller, &v, err);
}

enum apam_status
allowed_for(const struct profile *profile, const struct request *request,
    const struct apam_caller *caller, struct apam_error *err)
{
	struct named_caller who;
	enum apam_status status = named_caller_take(&who, caller, err);

	if (status == APAM_OK)
		status = allowed_somebody(profile, request, &who.caller, err);
	named_caller_free(&who);
	return status;
}
