/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Root's programs set aside what stands where root's or a user's directory belongs.
 */
#define _XOPEN_SOURCE 700 /* faccessat */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file/trust.h"
#include "file/user_dir.h"
#include "file/user_dir_names.h"

#define ASIDE_MAX 999
#define ASIDE_SIZE (USER_DIR_NAME_SIZE + sizeof(".aside-999"))

static const char *const holders[] = { user_dir_notes, user_dir_secrets };

/* A directory of state_dir that holds users' directories. */
struct held {
	const char *state_dir;
	const char *holder;
};

/* Rename it: it must not stand where root's or a user's directory belongs. */
static bool
set_aside(int directory, const char *name, char aside[ASIDE_SIZE])
{
	for (int i = 1; i <= ASIDE_MAX; i++) {
		(void)snprintf(aside, ASIDE_SIZE, "%s.aside-%d", name, i);
		if (faccessat(directory, aside, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		return errno == ENOENT &&
		    renameat(directory, name, directory, aside) == 0;
	}
	return false;
}

/* Rename it and log that; or log that it is in the way. */
static void
put_away(const struct held *held, const struct log *log, int directory,
    const char *name)
{
	const bool one = strcmp(name, held->holder) != 0;
	char aside[ASIDE_SIZE];

	if (set_aside(directory, name, aside))
		log_line(log, APAM_LOG_ERROR,
		    "%s/%s%s%s was another user's, or not a directory: it is "
		    "%s now, and nothing in it is trusted",
		    held->state_dir, one ? held->holder : "", one ? "/" : "",
		    name, aside);
	else
		log_line(log, APAM_LOG_ERROR,
		    "%s/%s%s%s is another user's, or not a directory, and "
		    "cannot be set aside",
		    held->state_dir, one ? held->holder : "", one ? "/" : "",
		    name);
}

/*
 * Open what holds them, made safe from other users; -1 if there is none, or
 * none that can be checked now.
 */
static int
tidy_holder(const struct held *held, const struct log *log, int state)
{
	int fd = openat(state, held->holder, USER_DIR_OPEN);
	bool known = fd < 0 && (errno == ENOTDIR || errno == ELOOP);
	struct stat st = { .st_mode = 0 };

	if (fd >= 0)
		known = fstat(fd, &st) == 0;
	if (known && (fd < 0 || st.st_uid != 0))
		put_away(held, log, state, held->holder);
	if (fd >= 0 && (!known || st.st_uid != 0)) {
		(void)close(fd);
		return -1;
	}
	if (fd < 0 || (st.st_mode & 022) == 0)
		return fd;
	(void)fchmod(fd, 0755);
	log_line(log, APAM_LOG_ERROR,
	    "%s/%s could be changed by others; it has mode 0755 now",
	    held->state_dir, held->holder);
	return fd;
}

/* A user who can write to a directory could plant files in it. */
static bool
is_foreign(int users, const char *name, unsigned long uid)
{
	struct stat st;

	if (fstatat(users, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	return !S_ISDIR(st.st_mode) || st.st_uid != uid ||
	    (st.st_mode & 022) != 0;
}

struct tidying {
	const struct held *held;
	const struct log *log;
	int users;
};

static void
tidy_one(void *arg, const char *name, unsigned long uid)
{
	const struct tidying *t = arg;

	if (is_foreign(t->users, name, uid))
		put_away(t->held, t->log, t->users, name);
}

static void
tidy_in(const struct held *held, bool all, const struct log *log, int state)
{
	const int users = tidy_holder(held, log, state);
	struct tidying tidying = { held, log, users };

	if (users < 0)
		return;
	tidy_one(&tidying, "0", 0);
	if (all)
		user_dir_each_name(users, tidy_one, &tidying);
	(void)close(users);
}

void
user_dir_tidy(const char *state_dir, bool all, const struct log *log)
{
	struct held held = { state_dir, NULL };
	const int state = geteuid() != 0 ?
	    -1 :
	    trust_open(state_dir, TRUST_DIRECTORY, false, NULL);

	if (state < 0)
		return;
	for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++) {
		held.holder = holders[i];
		tidy_in(&held, all, log, state);
	}
	(void)close(state);
}
