/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C library takes locks for this, which no child of a fork may find taken.
 */
#include "base/account.h"

#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fork_gate.h"
#include "base/str.h"
#include "base/utf8.h"

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

/* ---- For messages -------------------------------------------------------- */

#define KEPT_MS 60000
#define KEPT_MAX 64 /* by number; others take their place */
#define NAME_MAX_BYTES 32

/* What was found last. */
static struct {
	uint32_t user;
	int64_t until; /* clock_ms; 0: nothing was */
	char name[NAME_MAX_BYTES + 1]; /* empty: none */
} kept[KEPT_MAX];
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;

static bool
can_be_shown(const char *name)
{
	return name[0] != '\0' && strlen(name) <= NAME_MAX_BYTES &&
	    utf8_is_plain(apam_str(name));
}

/* An entry that is too long for the room has no name here. */
static void
find_name(uint32_t user, char to[NAME_MAX_BYTES + 1])
{
	struct passwd entry, *found = NULL;
	char room[ENTRY_FIRST];

	to[0] = '\0';
	fork_defer();
	if (getpwuid_r(user, &entry, room, sizeof(room), &found) != 0)
		found = NULL;
	fork_permit();
	if (found != NULL && can_be_shown(found->pw_name))
		(void)snprintf(to, NAME_MAX_BYTES + 1, "%s", found->pw_name);
}

/* False where it is not known, or was found too long ago. */
static bool
recall(uint32_t user, char to[NAME_MAX_BYTES + 1])
{
	const size_t i = user % KEPT_MAX;
	bool known;

	fork_lock(&kept_lock);
	known = kept[i].user == user && clock_ms() < kept[i].until;
	if (known)
		memcpy(to, kept[i].name, sizeof(kept[i].name));
	fork_unlock(&kept_lock);
	return known;
}

static void
remember(uint32_t user, const char name[NAME_MAX_BYTES + 1])
{
	const size_t i = user % KEPT_MAX;

	fork_lock(&kept_lock);
	kept[i].user = user;
	kept[i].until = clock_ms() + KEPT_MS;
	memcpy(kept[i].name, name, sizeof(kept[i].name));
	fork_unlock(&kept_lock);
}

void
account_describe(uint32_t user, char to[ACCOUNT_TEXT_SIZE])
{
	char name[NAME_MAX_BYTES + 1];

	if (!recall(user, name)) {
		find_name(user, name);
		remember(user, name);
	}
	(void)snprintf(to, ACCOUNT_TEXT_SIZE, "user %lu%s%s%s",
	    (unsigned long)user, name[0] == '\0' ? "" : " (", name,
	    name[0] == '\0' ? "" : ")");
}
