/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library asks no user database for this: what it is told, it believes.
 */
#define _DEFAULT_SOURCE /* getgrouplist */
#include "lib/somebody.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/report.h"

#define UID_MOST 4294967294UL

static bool
is_number(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static bool
read_number(const char *text, unsigned long *uid)
{
	errno = 0;
	*uid = strtoul(text, NULL, 10);
	return errno == 0 && *uid <= UID_MOST;
}

/* The groups of a user of the database; false without memory. */
static bool
read_groups(struct somebody *who, const struct passwd *entry)
{
	int count = 1, room;
	gid_t one, *all;

	(void)getgrouplist(entry->pw_name, entry->pw_gid, &one, &count);
	room = count;
	all = calloc((size_t)room, sizeof(*all));
	who->gids = calloc((size_t)room, sizeof(*who->gids));
	if (all == NULL || who->gids == NULL ||
	    getgrouplist(entry->pw_name, entry->pw_gid, all, &count) < 0) {
		free(all);
		return false;
	}
	for (int i = 0; i < count && i < room; i++)
		who->gids[i] = all[i];
	who->caller.gids = who->gids;
	who->caller.gid_count = (size_t)count;
	free(all);
	return true;
}

int
somebody_find(struct somebody *who, const char *user)
{
	const struct passwd *entry;
	unsigned long uid = 0;

	memset(who, 0, sizeof(*who));
	who->caller.size = sizeof(who->caller);
	if (is_number(user) && !read_number(user, &uid)) {
		complain("--as: no user has this number");
		return STATUS_USAGE;
	}
	entry = is_number(user) ? getpwuid((uid_t)uid) : getpwnam(user);
	if (entry == NULL && !is_number(user)) {
		complain("--as: there is no user of this name here");
		return STATUS_USAGE;
	}
	who->caller.uid = entry == NULL ? uid : entry->pw_uid;
	if (entry == NULL) {
		snprintf(who->name, sizeof(who->name), "%lu", uid);
		return STATUS_DONE;
	}
	snprintf(who->name, sizeof(who->name), "%.64s (%lu)", entry->pw_name,
	    (unsigned long)entry->pw_uid);
	if (read_groups(who, entry))
		return STATUS_DONE;
	complain("--as: the groups of %s cannot be read", who->name);
	return STATUS_INTERNAL;
}

void
somebody_free(struct somebody *who)
{
	free(who->gids);
	who->gids = NULL;
}
