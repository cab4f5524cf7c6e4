/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C library takes locks for this, which no child of a fork may find taken.
 */
#include "base/account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>

#include "base/fork_gate.h"

/* Bytes of an entry: at first, and at most; a group may have many members. */
#define ENTRY_FIRST 4096U
#define ENTRY_MOST (4U << 20)

/* One of the two calls: an errno, 0 also where there is no such account. */
static int
look_up(enum account_kind kind, const char *name, char *room, size_t size,
    uint32_t *id, int *found)
{
	struct passwd user, *u = NULL;
	struct group group, *g = NULL;
	int error;

	if (kind == ACCOUNT_USER)
		error = getpwnam_r(name, &user, room, size, &u);
	else
		error = getgrnam_r(name, &group, room, size, &g);
	*found = u != NULL || g != NULL;
	if (u != NULL)
		*id = u->pw_uid;
	if (g != NULL)
		*id = g->gr_gid;
	return *found ? 0 : error;
}

/* By some systems' pages, these say that there is no such account. */
static int
says_none(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH ||
	    error == EBADF || error == EPERM;
}

const char *
account_id(enum account_kind kind, const char *name, uint32_t *id)
{
	size_t size = ENTRY_FIRST;
	int error = ERANGE, found = 0;
	char *room;

	while (error == ERANGE && size <= ENTRY_MOST) {
		room = malloc(size);
		if (room == NULL)
			return "cannot be looked up: out of memory";
		fork_defer();
		error = look_up(kind, name, room, size, id, &found);
		fork_permit();
		free(room);
		size *= 4;
	}
	if (found)
		return NULL;
	if (says_none(error))
		return kind == ACCOUNT_USER ? "is not a user here" :
					      "is not a group here";
	return "cannot be looked up: the system's user database does not answer; "
	       "write the number, or mend what nsswitch.conf(5) names";
}
