/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The directories in state_dir that belong to one user alone.  Each call walks
 * to it again, with the checks of trust.h: so there is no descriptor that a
 * host could close, and a state_dir that was replaced is noticed.
 */
#define _XOPEN_SOURCE 700 /* faccessat */
#include "file/user_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/str.h"
#include "file/trust.h"

#define NAME_SIZE sizeof("4294967295")
#define ASIDE_MAX 999
#define ASIDE_SIZE (NAME_SIZE + sizeof(".aside-999"))
#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* What holds the users' directories. */
static const char notes[] = "users", secrets[] = "secrets";
static const char *const holders[] = { notes, secrets };

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
	const int fd = openat(state, place->holder, OPEN_DIRECTORY);
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

static void
uid_name(unsigned long uid, char name[NAME_SIZE])
{
	(void)snprintf(name, NAME_SIZE, "%lu", uid);
}

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
	char name[NAME_SIZE];
	int fd;

	uid_name(place->uid, name);
	fd = openat(users, name, OPEN_DIRECTORY);
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
	char name[NAME_SIZE];
	int fd;

	if (users < 0)
		return -1;
	uid_name(place->uid, name);
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
	const struct place place = { state_dir, user, notes, geteuid(), err };

	return open_own(&place, make);
}

int
user_dir_open_secrets(
    const char *state_dir, bool user, bool make, struct apam_error *err)
{
	const struct place place = { state_dir, user, secrets, geteuid(), err };

	return open_own(&place, make);
}

bool
user_dir_comes(const char *state_dir)
{
	char path[TRUST_PATH_MAX + NAME_SIZE + sizeof(secrets) + 2];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s/%lu", state_dir, secrets,
	    (unsigned long)geteuid());
	return lstat(path, &st) != 0 && errno == ENOENT &&
	    lstat(state_dir, &st) == 0 && st.st_uid == geteuid();
}

/* ---- Another user's ---------------------------------------------------- */

/* It is root's at first, and given to the user before it gets its name. */
static bool
make_one(int users, unsigned long uid)
{
	char name[NAME_SIZE], beside[NAME_SIZE + sizeof(".new")];
	bool ok;

	uid_name(uid, name);
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
	char name[NAME_SIZE];
	int fd = -1;

	uid_name(place->uid, name);
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
	struct place place = { state_dir, user, notes, uid, &own };
	enum apam_status status = add_in(&place, err);

	place.holder = secrets;
	return status == APAM_OK ? add_in(&place, err) : status;
}

/* ---- All users' -------------------------------------------------------- */

/* The user whose directory has this name; false if it is not a uid. */
static bool
read_uid(const char *name, unsigned long *uid)
{
	int64_t n;

	if (!str_number(apam_str(name), UINT32_MAX - 1, &n) ||
	    (name[0] == '0' && name[1] != '\0'))
		return false;
	*uid = (unsigned long)n;
	return true;
}

/* Call `each` for the names in `users` that are uids. */
static void
each_name(int users,
    void (*each)(void *arg, const char *name, unsigned long uid), void *arg)
{
	const int copy = fcntl(users, F_DUPFD_CLOEXEC, 0);
	DIR *list = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	unsigned long uid;

	if (list == NULL) {
		if (copy >= 0)
			(void)close(copy);
		return;
	}
	while ((entry = readdir(list)) != NULL) {
		if (read_uid(entry->d_name, &uid))
			each(arg, entry->d_name, uid);
	}
	(void)closedir(list);
}

struct visit {
	int users;
	void (*each)(void *arg, unsigned long uid, int directory);
	void *arg;
};

static void
visit_one(void *arg, const char *name, unsigned long uid)
{
	const struct visit *visit = arg;
	const int fd = openat(visit->users, name, OPEN_DIRECTORY);

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
	const struct place place = { state_dir, user, notes, 0, NULL };
	const int users = find_holder(&place, false);
	struct visit visit = { users, each, arg };

	if (users < 0)
		return;
	each_name(users, visit_one, &visit);
	(void)close(users);
}

bool
user_dir_is_whole(const char *state_dir, bool user)
{
	const struct place place = { state_dir, user, notes, 0, NULL };
	const int users = find_holder(&place, false);
	struct stat st;
	bool own;

	if (users < 0)
		return geteuid() == 0;
	own = fstat(users, &st) == 0 && st.st_uid == geteuid();
	(void)close(users);
	return own || geteuid() == 0;
}

/* ---- Another owner's --------------------------------------------------- */

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
put_away(const struct place *place, const struct log *log, int directory,
    const char *name)
{
	const bool one = strcmp(name, place->holder) != 0;
	char aside[ASIDE_SIZE];

	if (set_aside(directory, name, aside))
		log_line(log, APAM_LOG_ERROR,
		    "%s/%s%s%s was another user's, or not a directory: it is "
		    "%s now, and nothing in it is trusted",
		    place->state_dir, one ? place->holder : "", one ? "/" : "",
		    name, aside);
	else
		log_line(log, APAM_LOG_ERROR,
		    "%s/%s%s%s is another user's, or not a directory, and "
		    "cannot be set aside",
		    place->state_dir, one ? place->holder : "", one ? "/" : "",
		    name);
}

/*
 * Open what holds them, made safe from other users; -1 if there is none, or
 * none that can be checked now.
 */
static int
tidy_holder(const struct place *place, const struct log *log, int state)
{
	int fd = openat(state, place->holder, OPEN_DIRECTORY);
	bool known = fd < 0 && (errno == ENOTDIR || errno == ELOOP);
	struct stat st = { .st_mode = 0 };

	if (fd >= 0)
		known = fstat(fd, &st) == 0;
	if (known && (fd < 0 || st.st_uid != 0))
		put_away(place, log, state, place->holder);
	if (fd >= 0 && (!known || st.st_uid != 0)) {
		(void)close(fd);
		return -1;
	}
	if (fd < 0 || (st.st_mode & 022) == 0)
		return fd;
	(void)fchmod(fd, 0755);
	log_line(log, APAM_LOG_ERROR,
	    "%s/%s could be changed by others; it has mode 0755 now",
	    place->state_dir, place->holder);
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
	const struct place *place;
	const struct log *log;
	int users;
};

static void
tidy_one(void *arg, const char *name, unsigned long uid)
{
	const struct tidying *t = arg;

	if (is_foreign(t->users, name, uid))
		put_away(t->place, t->log, t->users, name);
}

static void
tidy_in(const struct place *place, bool all, const struct log *log, int state)
{
	const int users = tidy_holder(place, log, state);
	struct tidying tidying = { place, log, users };

	if (users < 0)
		return;
	tidy_one(&tidying, "0", 0);
	if (all)
		each_name(users, tidy_one, &tidying);
	(void)close(users);
}

void
user_dir_tidy(const char *state_dir, bool all, const struct log *log)
{
	struct place place = { .state_dir = state_dir };
	const int state = geteuid() != 0 ?
	    -1 :
	    trust_open(state_dir, TRUST_DIRECTORY, false, NULL);

	if (state < 0)
		return;
	for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++) {
		place.holder = holders[i];
		tidy_in(&place, all, log, state);
	}
	(void)close(state);
}
