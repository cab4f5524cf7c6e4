/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walking to the registry's files.  Each call walks again and keeps no
 * descriptor.
 */
#define _GNU_SOURCE
#include "keys/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/shortage.h"

#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* ---- What to say ------------------------------------------------------ */

void
key_place_path(const struct key_registry *registry, const char *name,
    char path[KEY_PLACE_PATH])
{
	(void)snprintf(
	    path, KEY_PLACE_PATH, "%s/%s", registry->state_dir, name);
}

/* A lack of descriptors or memory is the process's problem, not damage. */
enum apam_status
key_place_status(int number)
{
	return is_shortage(number) ? APAM_E_MEMORY : APAM_E_CONFIG;
}

int
key_place_lack(int number)
{
	return is_shortage(number) ? number : 0;
}

static const char no_room[] = "cannot be opened: out of descriptors or memory";

/* Say why something could not be opened. */
static const char *
open_problem(int number, const char *otherwise)
{
	if (is_shortage(number))
		return no_room;
	switch (number) {
	case EACCES:
		return "may not be read by this user; make it readable for all "
		       "users";
	case EIO:
		return "cannot be opened: the disk fails; see the kernel's log";
	default:
		return otherwise;
	}
}

/* Say what is wrong with something in state_dir.  Returns `status`. */
static enum apam_status
refuse_place(const struct key_registry *registry, const char *name,
    enum apam_status status, const char *what, struct apam_error *err)
{
	return error_set(
	    err, status, "%s/%s %s", registry->state_dir, name, what);
}

enum apam_status
key_place_refuse_keys(const struct key_registry *registry, const char *name,
    enum apam_status status, unsigned line, const char *what,
    struct apam_error *err)
{
	char path[KEY_PLACE_PATH], file[sizeof("registry/keys")];
	const bool index = name[0] == KEY_PLACE_INDEX[0];

	(void)snprintf(file, sizeof(file), "%.8s/" KEY_PLACE_KEYS, name);
	key_place_path(registry, file, path);
	return error_set_at(err, status, path, line,
	    "the %s of the key registry %s", index ? "index" : "file", what);
}

static const struct {
	int number; /* errno */
	enum apam_status status;
	const char *what;
} failures[] = {
	{ EACCES, APAM_E_CONFIG,
	    "may not be changed by this user; do it as the owner of the state "
	    "directory, root as a rule" },
	{ EPERM, APAM_E_CONFIG,
	    "may not be changed by this user; do it as the owner of the state "
	    "directory, root as a rule" },
	{ EROFS, APAM_E_INTERNAL,
	    "cannot be changed: the file system is read-only; mount it for "
	    "writing and try again" },
	{ ENOSPC, APAM_E_INTERNAL,
	    "cannot be written: the disk is full; make room and try again" },
	{ EDQUOT, APAM_E_INTERNAL,
	    "cannot be written: the quota is used up; make room and try "
	    "again" },
	{ EFBIG, APAM_E_INTERNAL,
	    "cannot be written: this process may not write files of that size; "
	    "raise its limit (ulimit -f)" },
};

enum apam_status
key_place_refuse_errno(const struct key_registry *registry, const char *name,
    int number, struct apam_error *err)
{
	if (is_shortage(number))
		return refuse_place(
		    registry, name, APAM_E_MEMORY, no_room, err);
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		if (failures[i].number == number)
			return refuse_place(registry, name, failures[i].status,
			    failures[i].what, err);
	}
	return error_set(err, APAM_E_INTERNAL,
	    "%s/%s cannot be changed: error %d of the system",
	    registry->state_dir, name, number);
}

/* ---- Trust ------------------------------------------------------------ */

/* NULL if only the administrator can have made or changed it. */
static const char *
trust_problem(const struct key_registry *registry, const struct stat *st)
{
	if (st->st_uid != 0 && !(registry->user && st->st_uid == geteuid()))
		return registry->user ?
		    "belongs neither to root nor to this user; it cannot be "
		    "trusted: find out who made it, then chown it" :
		    "does not belong to root; it cannot be trusted: find out "
		    "who made it, then chown it";
	if ((st->st_mode & 022) != 0)
		return "can be changed by others; check whether somebody did, "
		       "then chmod go-w";
	return NULL;
}

static bool
is_absent(const char *path)
{
	struct stat st;

	return lstat(path, &st) != 0 && errno == ENOENT;
}

int
key_place_state(
    const struct key_registry *registry, bool *absent, struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	const int fd = trust_open(
	    registry->state_dir, TRUST_DIRECTORY, registry->user, &own);
	struct stat st;

	*absent = fd < 0 && own.status == APAM_E_CONFIG &&
	    is_absent(registry->state_dir);
	if (fd < 0) {
		if (!*absent)
			(void)error_set(err, own.status, "%s", own.text);
		return -1;
	}
	if (fstat(fd, &st) != 0)
		(void)error_set(err, APAM_E_CONFIG, "%s cannot be checked",
		    registry->state_dir);
	/* A sticky directory is not enough here. */
	else if ((st.st_mode & 022) == 0)
		return fd;
	else
		(void)error_set(err, APAM_E_TRUST,
		    "%s can be changed by others, who could put a key registry in it; "
		    "chmod 0755; `apam users add` makes the directories of users",
		    registry->state_dir);
	(void)close(fd);
	return -1;
}

int
key_place_directory(const struct key_registry *registry, int state,
    const char *name, bool *absent, struct apam_error *err)
{
	const int fd = openat(state, name, OPEN_DIRECTORY);
	const char *why = "cannot be checked";
	struct stat st;

	*absent = fd < 0 && errno == ENOENT;
	if (*absent)
		return -1;
	if (fd < 0) {
		(void)refuse_place(registry, name, key_place_status(errno),
		    open_problem(errno,
			"cannot be opened: it must be a directory, mode 0755"),
		    err);
		return -1;
	}
	if (fstat(fd, &st) == 0)
		why = trust_problem(registry, &st);
	if (why == NULL)
		return fd;
	(void)refuse_place(registry, name, APAM_E_TRUST, why, err);
	(void)close(fd);
	return -1;
}

int
key_place_keys(const struct key_registry *registry, const char *name,
    int directory, struct stat *st, bool *absent, struct apam_error *err)
{
	const int fd = openat(
	    directory, KEY_PLACE_KEYS, O_RDONLY | KEY_PLACE_OPEN);
	const char *why = "cannot be checked";

	*absent = fd < 0 && errno == ENOENT;
	if (*absent)
		return -1;
	if (fd < 0) {
		(void)key_place_refuse_keys(registry, name,
		    key_place_status(errno), 0,
		    open_problem(errno,
			"cannot be opened: it must be a regular file, mode 0644"),
		    err);
		return -1;
	}
	if (fstat(fd, st) == 0)
		why = trust_problem(registry, st);
	if (why == NULL && S_ISREG(st->st_mode))
		return fd;
	(void)key_place_refuse_keys(registry, name,
	    why == NULL ? APAM_E_CONFIG : APAM_E_TRUST, 0,
	    why == NULL ? "is not a regular file" : why, err);
	(void)close(fd);
	return -1;
}

static bool
may_be_there(int state, const char *name, int *failed)
{
	struct stat st;

	*failed = fstatat(state, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? 0 :
									errno;
	if (*failed == ENOENT) {
		*failed = 0;
		return false;
	}
	return true;
}

bool
key_place_is_known(int state, int *failed)
{
	return may_be_there(state, KEY_PLACE_KNOWN, failed) ||
	    may_be_there(state, KEY_PLACE_REGISTRY, failed);
}
