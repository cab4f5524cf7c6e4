/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The directory in state_dir that is one user's alone.  Walked to anew in each
 * call, with the checks of trust.h: no descriptor is kept that a host may
 * close behind our back, and a state_dir that was made anew is found.
 */
#define _XOPEN_SOURCE 700 /* S_ISVTX */
#include "user_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "str.h"
#include "trust.h"

#define USERS "users"
#define NAME_SIZE sizeof("4294967295")
#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Where `users` is and who asks. */
struct place {
	const char *state_dir;
	bool user;
	struct apam_error *err;
};

static int
refuse_users(
    const struct place *place, enum apam_status status, const char *what)
{
	(void)error_set(
	    place->err, status, "%s/" USERS " %s", place->state_dir, what);
	return -1;
}

static int
refuse_own(const struct place *place, enum apam_status status, const char *what)
{
	(void)error_set(place->err, status, "%s/" USERS "/%lu %s",
	    place->state_dir, (unsigned long)geteuid(), what);
	return -1;
}

/* ---- users ------------------------------------------------------------ */

/* NULL where others cannot take from a user what is the user's. */
static const char *
users_problem(const struct place *place, const struct stat *st)
{
	const bool sticky = (st->st_mode & S_ISVTX) != 0 && st->st_uid == 0;

	if (st->st_uid != 0 && !(place->user && st->st_uid == geteuid()))
		return "does not belong to root; chown it";
	if ((st->st_mode & 022) != 0 && !sticky)
		return "can be changed by others; chmod 0755 or 1777";
	return NULL;
}

/* Open it in state_dir; -1 with *err set. */
static int
open_users(const struct place *place, int state)
{
	const int fd = openat(state, USERS, OPEN_DIRECTORY);
	const char *why;
	struct stat st;

	if (fd < 0)
		return refuse_users(place, APAM_E_CONFIG,
		    errno == ENOENT ? "does not exist; make it, root's, mode "
				      "0755 or 1777" :
				      "cannot be opened");
	why = fstat(fd, &st) == 0 ? users_problem(place, &st) :
				    "cannot be looked at";
	if (why == NULL)
		return fd;
	(void)close(fd);
	return refuse_users(place, APAM_E_TRUST, why);
}

/*
 * Make it where it is missing, in a state_dir that is this user's: in one that
 * is sticky, where all may, the first to come would shut out the others.
 */
static void
make_users(int state)
{
	struct stat st;

	if (fstat(state, &st) != 0 || st.st_uid != geteuid())
		return;
	/* Whatever the umask.  What failed is found when it is opened. */
	if (mkdirat(state, USERS, 0700) == 0 &&
	    fchmodat(state, USERS, 0755, 0) != 0)
		(void)unlinkat(state, USERS, AT_REMOVEDIR);
}

/* Open state_dir and in it `users`. */
static int
find_users(const struct place *place, bool make)
{
	const int state = trust_open(
	    place->state_dir, TRUST_DIRECTORY, place->user, place->err);
	int fd;

	if (state < 0)
		return -1;
	if (make)
		make_users(state);
	fd = open_users(place, state);
	(void)close(state);
	return fd;
}

/* ---- The user's own ---------------------------------------------------- */

static bool
is_alone(int fd, unsigned long uid)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == uid &&
	    (st.st_mode & 077) == 0;
}

/* Open the effective user's directory in `users`. */
static int
open_own(const struct place *place, int users, bool make)
{
	char name[NAME_SIZE];
	int fd;

	(void)snprintf(name, sizeof(name), "%lu", (unsigned long)geteuid());
	/* Another process may make it at the same time. */
	if (make && mkdirat(users, name, 0700) != 0 && errno != EEXIST)
		return refuse_own(place, APAM_E_CONFIG,
		    "cannot be made by this user; make it, the user's own, "
		    "mode 0700");
	fd = openat(users, name, OPEN_DIRECTORY);
	if (fd < 0)
		return refuse_own(place, APAM_E_CONFIG,
		    errno == ENOENT ? "does not exist" : "cannot be opened");
	if (is_alone(fd, geteuid()))
		return fd;
	(void)close(fd);
	return refuse_own(place, APAM_E_TRUST,
	    "is not this user's alone; chown it and chmod 0700");
}

int
user_dir_open(
    const char *state_dir, bool user, bool make, struct apam_error *err)
{
	const struct place place = { state_dir, user, err };
	const int users = find_users(&place, make);
	int fd;

	if (users < 0)
		return -1;
	fd = open_own(&place, users, make);
	(void)close(users);
	return fd;
}

/* ---- All users' -------------------------------------------------------- */

/* The user whose directory has this name; false where it is none's. */
static bool
read_name(const char *name, unsigned long *uid)
{
	int64_t n;

	if (!str_number(apam_str(name), UINT32_MAX - 1, &n) ||
	    (name[0] == '0' && name[1] != '\0'))
		return false;
	*uid = (unsigned long)n;
	return true;
}

void
user_dir_each(const char *state_dir, bool user,
    void (*each)(void *arg, unsigned long uid, int directory), void *arg)
{
	const struct place place = { state_dir, user, NULL };
	const int users = find_users(&place, false);
	DIR *list = users < 0 ? NULL : fdopendir(users);
	const struct dirent *entry;
	unsigned long uid;
	int fd;

	if (list == NULL) {
		if (users >= 0)
			(void)close(users);
		return;
	}
	while ((entry = readdir(list)) != NULL) {
		if (!read_name(entry->d_name, &uid))
			continue;
		fd = openat(users, entry->d_name, OPEN_DIRECTORY);
		if (fd >= 0 && is_alone(fd, uid))
			each(arg, uid, fd);
		if (fd >= 0)
			(void)close(fd);
	}
	(void)closedir(list);
}
