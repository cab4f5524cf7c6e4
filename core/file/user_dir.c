/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The directories in state_dir that belong to one user alone.  Each call walks
 * to it again, with the checks of trust.h: so there is no descriptor that a
 * host could close, and a state_dir that was replaced is noticed.
 */
#define _XOPEN_SOURCE 700 /* faccessat */
#include "file/user_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "file/trust.h"
#include "file/user_dir_names.h"

/* The place of one of them, and the user whose directory is wanted. */
struct place {
	const char *state_dir;
	bool user;
	const char *holder;
	unsigned long uid;
	struct apam_error *err;
};

static int
refuse_holder(
    const struct place *place, enum apam_status status, const char *what)
{
	(void)error_set(place->err, status, "%s/%s %s", place->state_dir,
	    place->holder, what);
	return -1;
}

static int
refuse_one(const struct place *place, enum apam_status status, const char *what)
{
	(void)error_set(place->err, status, "%s/%s/%lu %s", place->state_dir,
	    place->holder, place->uid, what);
	return -1;
}

/* ---- What holds them --------------------------------------------------- */

/* NULL if other users can neither remove nor add directories. */
static const char *
holder_problem(const struct place *place, const struct stat *st)
{
	if (st->st_uid != 0 && !(place->user && st->st_uid == geteuid()))
		return "does not belong to root; chown it";
	if ((st->st_mode & 022) != 0)
		return "can be changed by others; chmod 0755";
	return NULL;
}

/* Open it in state_dir; -1 with *err set if that fails. */
static int
open_holder(const struct place *place, int state)
{
	const int fd = openat(state, place->holder, USER_DIR_OPEN);
	const char *why;
	struct stat st;

	if (fd < 0)
		return refuse_holder(place, APAM_E_CONFIG,
		    errno == ENOENT ? "does not exist; as root, `apam users "
				      "add USER` makes it" :
				      "cannot be opened");
	why = fstat(fd, &st) == 0 ? holder_problem(place, &st) :
				    "cannot be checked";
	if (why == NULL)
		return fd;
	(void)close(fd);
	return refuse_holder(place, APAM_E_TRUST, why);
}

/*
 * Make it if it is missing and state_dir is this user's.  In a sticky
 * state_dir, where all users may write, the first one would shut out the
 * others.
 */
static void
make_holder(const struct place *place, int state)
{
	struct stat st;

	if (fstat(state, &st) != 0 || st.st_uid != geteuid())
		return;
	/*
	 * The mode must not depend on the umask.  A failure shows when it is
	 * opened.
	 */
	if (mkdirat(state, place->holder, 0700) == 0 &&
	    fchmodat(state, place->holder, 0755, 0) != 0)
		(void)unlinkat(state, place->holder, AT_REMOVEDIR);
}

/* Open state_dir; where it is missing, say how it is made. */
static int
open_state(const struct place *place)
{
	struct stat st;

	if (lstat(place->state_dir, &st) == 0 || errno != ENOENT)
		return trust_open(
		    place->state_dir, TRUST_DIRECTORY, place->user, place->err);
	(void)error_set(place->err, APAM_E_CONFIG,
	    "%s does not exist; make it: install -d -m 0755 %s",
	    place->state_dir, place->state_dir);
	return -1;
}

/* Open state_dir, and in it what holds them. */
static int
find_holder(const struct place *place, bool make)
{
	const int state = open_state(place);
	int fd;

	if (state < 0)
		return -1;
	if (make)
		make_holder(place, state);
	fd = open_holder(place, state);
	(void)close(state);
	return fd;
}

/* ---- One user's ------------------------------------------------------- */

static bool
is_alone(int fd, unsigned long uid)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == uid &&
	    (st.st_mode & 077) == 0;
}

/* Open a user's directory in it. */
static int
open_one(const struct place *place, int users)
{
	char name[USER_DIR_NAME_SIZE];
	int fd;

	user_dir_name(place->uid, name);
	fd = openat(users, name, USER_DIR_OPEN);
	if (fd < 0 && errno == ENOENT) {
		(void)error_set(place->err, APAM_E_CONFIG,
		    "%s/%s/%lu does not exist; as root, `apam users add %lu` "
		    "makes it",
		    place->state_dir, place->holder, place->uid, place->uid);
		return -1;
	}
	if (fd < 0)
		return refuse_one(place, APAM_E_CONFIG, "cannot be opened");
	if (is_alone(fd, place->uid))
		return fd;
	(void)close(fd);
	return refuse_one(place, APAM_E_TRUST,
	    "does not belong to this user alone; as root, chown it and chmod "
	    "0700");
}

static int
open_own(const struct place *place, bool make)
{
	const int users = find_holder(place, make);
	char name[USER_DIR_NAME_SIZE];
	int fd;

	if (users < 0)
		return -1;
	user_dir_name(place->uid, name);
	/*
	 * A failure is not checked: another process may have made it, and
	 * otherwise opening it fails with a message.
	 */
	if (make)
		(void)mkdirat(users, name, 0700);
	fd = open_one(place, users);
	(void)close(users);
	return fd;
}

int
user_dir_open(
    const char *state_dir, bool user, bool make, struct apam_error *err)
{
	const struct place place = { state_dir, user, user_dir_notes, geteuid(),
		err };

	return open_own(&place, make);
}

int
user_dir_open_secrets(
    const char *state_dir, bool user, bool make, struct apam_error *err)
{
	const struct place place = { state_dir, user, user_dir_secrets,
		geteuid(), err };

	return open_own(&place, make);
}

bool
user_dir_comes(const char *state_dir)
{
	char path[TRUST_PATH_MAX + USER_DIR_NAME_SIZE +
	    sizeof(user_dir_secrets) + 2];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s/%lu", state_dir,
	    user_dir_secrets, (unsigned long)geteuid());
	return lstat(path, &st) != 0 && errno == ENOENT &&
	    lstat(state_dir, &st) == 0 && st.st_uid == geteuid();
}

/* ---- Another user's ---------------------------------------------------- */

/* It is root's at first, and given to the user before it gets its name. */
static bool
make_one(int users, unsigned long uid)
{
	char name[USER_DIR_NAME_SIZE],
	    beside[USER_DIR_NAME_SIZE + sizeof(".new")];
	bool ok;

	user_dir_name(uid, name);
	(void)snprintf(beside, sizeof(beside), "%s.new", name);
	ok = mkdirat(users, beside, 0700) == 0 || errno == EEXIST;
	ok = ok &&
	    fchownat(users, beside, (uid_t)uid, (gid_t)-1,
		AT_SYMLINK_NOFOLLOW) == 0 &&
	    renameat(users, beside, users, name) == 0;
	return ok;
}

static enum apam_status
add_in(const struct place *place, struct apam_error *err)
{
	const int users = find_holder(place, true);
	char name[USER_DIR_NAME_SIZE];
	int fd = -1;

	user_dir_name(place->uid, name);
	if (users >= 0 &&
	    faccessat(users, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
	    !make_one(users, place->uid))
		(void)refuse_one(place, APAM_E_CONFIG,
		    "cannot be made by this user; run it as root");
	else if (users >= 0)
		fd = open_one(place, users);
	if (users >= 0)
		(void)close(users);
	if (fd >= 0) {
		(void)close(fd);
		return APAM_OK;
	}
	error_copy(err, place->err);
	return place->err->status;
}

enum apam_status
user_dir_add(
    const char *state_dir, bool user, unsigned long uid, struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	struct place place = { state_dir, user, user_dir_notes, uid, &own };
	enum apam_status status = add_in(&place, err);

	place.holder = user_dir_secrets;
	return status == APAM_OK ? add_in(&place, err) : status;
}

/* ---- All users' -------------------------------------------------------- */

struct visit {
	int users;
	void (*each)(void *arg, unsigned long uid, int directory);
	void *arg;
};

static void
visit_one(void *arg, const char *name, unsigned long uid)
{
	const struct visit *visit = arg;
	const int fd = openat(visit->users, name, USER_DIR_OPEN);

	if (fd < 0)
		return;
	if (is_alone(fd, uid))
		visit->each(visit->arg, uid, fd);
	(void)close(fd);
}

void
user_dir_each(const char *state_dir, bool user,
    void (*each)(void *arg, unsigned long uid, int directory), void *arg)
{
	const struct place place = { state_dir, user, user_dir_notes, 0, NULL };
	const int users = find_holder(&place, false);
	struct visit visit = { users, each, arg };

	if (users < 0)
		return;
	user_dir_each_name(users, visit_one, &visit);
	(void)close(users);
}

bool
user_dir_is_whole(const char *state_dir, bool user)
{
	const struct place place = { state_dir, user, user_dir_notes, 0, NULL };
	const int users = find_holder(&place, false);
	struct stat st;
	bool own;

	if (users < 0)
		return geteuid() == 0;
	own = fstat(users, &st) == 0 && st.st_uid == geteuid();
	(void)close(users);
	return own || geteuid() == 0;
}
