/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a component of a trusted path has to be.  Directories are opened with
 * O_PATH if the system has it, because then permission to search them is enough.
 *
 * The mode tells who may write: an ACL shows in its group bits.  It does not
 * tell who may read, so for secrets the ACL is read, too.
 */
#define _GNU_SOURCE /* O_PATH */
#include "file/component.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/login_name.h"
#include "base/shortage.h"
#include "base/str.h"
#include "file/acl.h"

#ifndef O_PATH
#define O_PATH O_RDONLY
#endif

#define OPEN_SEARCH (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
/* O_NONBLOCK: opening a FIFO in the file's place must not hang. */
#define OPEN_SOCKET (O_PATH | O_NOFOLLOW | O_CLOEXEC)
#define OPEN_FILE (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

bool
component_refuse(struct walk *w, enum apam_status status, const char *what,
    const char *remedy)
{
	const char *at = w->steps.done;

	if (remedy == NULL)
		(void)error_set(&w->err, status, "%s %s", at, what);
	else
		(void)error_set(
		    &w->err, status, "%s %s; %s %s", at, what, remedy, at);
	return false;
}

bool
component_may_be_link(const struct walk *w)
{
	return w->kind == TRUST_SECRET || w->kind == TRUST_READABLE_SECRET;
}

/* Name the target of the whole path, which the administrator should write. */
static bool
refuse_link(struct walk *w)
{
	char path[TRUST_PATH_MAX + 1];
	char *real;

	/* Where links are followed it was another thing a moment ago. */
	w->moved = component_may_be_link(w);
	(void)snprintf(path, sizeof(path), "%.*s", SARG(w->path));
	real = realpath(path, NULL);
	if (real == NULL)
		return component_refuse(w, APAM_E_TRUST,
		    "is a symbolic link; write the real path", NULL);
	(void)error_set(&w->err, APAM_E_TRUST,
	    "%s is a symbolic link; write the real path, %s", w->steps.done,
	    real);
	free(real);
	return false;
}

/* Say what is missing, and which path leads there if that is another one. */
static bool
refuse_missing(struct walk *w)
{
	if (w->steps.turns == 0)
		return component_refuse(
		    w, APAM_E_CONFIG, "does not exist", NULL);
	w->moved = true;
	(void)error_set(&w->err, APAM_E_CONFIG,
	    "%s does not exist; symbolic links lead there from %.*s",
	    w->steps.done, SARG(w->path));
	return false;
}

/* Say why open or fstatat failed at this component. */
bool
component_refuse_errno(struct walk *w, int number)
{
	/* The process is at fault, not the file. */
	if (is_shortage(number))
		return component_refuse(w, APAM_E_MEMORY,
		    "cannot be opened: out of descriptors or memory", NULL);
	switch (number) {
	case ENOENT:
		return refuse_missing(w);
	case EACCES:
		return component_refuse(w,
		    w->kind == TRUST_FILE ? APAM_E_ACCESS : APAM_E_CONFIG,
		    "may not be read by this user",
		    w->kind == TRUST_DIRECTORY ? "chmod a+rx" : NULL);
	case ELOOP:
		return refuse_link(w);
	default:
		return component_refuse(
		    w, APAM_E_CONFIG, "cannot be opened", NULL);
	}
}

bool
component_check_kind(struct walk *w, mode_t mode, bool directory)
{
	if (S_ISLNK(mode))
		return refuse_link(w);
	if (directory && !S_ISDIR(mode))
		return component_refuse(w, APAM_E_CONFIG,
		    w->kind == TRUST_DIRECTORY ?
			"is not a directory; name one instead" :
			"is not a directory",
		    NULL);
	if (!directory && w->kind == TRUST_SOCKET)
		return S_ISSOCK(mode) ||
		    component_refuse(w, APAM_E_CONFIG, "is not a socket", NULL);
	if (!directory && !S_ISREG(mode))
		return component_refuse(
		    w, APAM_E_CONFIG, "is not a regular file", NULL);
	if (!directory && w->kind == TRUST_PROGRAM && (mode & 0111) == 0)
		return component_refuse(
		    w, APAM_E_CONFIG, "is not executable", "chmod +x");
	return true;
}

/* A directory is not given away, because it may be somebody's home. */
static bool
refuse_owner_of_directory(struct walk *w)
{
	return component_refuse(w, APAM_E_TRUST,
	    w->user ? "belongs neither to root nor to this user; use a "
		      "directory that does" :
		      "does not belong to root; use a directory that does, or "
		      "a configuration of your own (-c)",
	    NULL);
}

static bool
check_owner(struct walk *w, uid_t owner, bool directory)
{
	if (owner == 0 || owner == w->other || (w->user && owner == geteuid()))
		return true;
	if (directory)
		return refuse_owner_of_directory(w);
	/* Given to root, it would be trusted, and still be the other's. */
	if (w->kind == TRUST_SOCKET)
		return component_refuse(w, APAM_E_TRUST,
		    "belongs to another user; find out who made it, and "
		    "remove it",
		    NULL);
	if (w->user)
		return component_refuse(w, APAM_E_TRUST,
		    "belongs neither to root nor to this user", "chown root");
	return component_refuse(
	    w, APAM_E_TRUST, "does not belong to root", "chown root");
}

static bool
is_secret(const struct walk *w)
{
	return w->kind == TRUST_SECRET || w->kind == TRUST_READABLE_SECRET ||
	    w->kind == TRUST_CREDENTIAL;
}

/* A secret that nobody else may read. */
static bool
is_private(const struct walk *w)
{
	return is_secret(w) && w->kind != TRUST_READABLE_SECRET;
}

static bool
check_mode(struct walk *w, const struct stat *st, bool directory)
{
	const bool sticky = (st->st_mode & S_ISVTX) != 0 && st->st_uid == 0;
	const bool exposed = !directory && is_private(w) &&
	    (st->st_mode & 07) != 0;

	if ((directory && sticky) || (!directory && w->kind == TRUST_SOCKET))
		return true;
	if ((st->st_mode & 022) != 0)
		return component_refuse(w, APAM_E_TRUST,
		    "can be changed by others",
		    exposed ? "chmod g-w,o=" : "chmod go-w");
	/* In a volume, where chmod is not possible, it may be meant. */
	if (exposed)
		return component_refuse(w, APAM_E_TRUST,
		    "is a secret that others have access to",
		    w->steps.turns == 0 ?
			"chmod o=" :
			"if that is meant, write world-readable: in place of "
			"file:, else chmod o=");
	return true;
}

static bool
check_stat(struct walk *w, const struct stat *st, bool directory)
{
	return component_check_kind(w, st->st_mode, directory) &&
	    check_owner(w, st->st_uid, directory) &&
	    check_mode(w, st, directory);
}

/* Refuse a secret whose ACL lets others read it, whatever the mode is. */
static bool
check_acl(struct walk *w, int fd)
{
	const uint32_t self = w->kind == TRUST_CREDENTIAL ? geteuid() :
							    ACL_NOBODY;
	struct acl_named who;
	char what[80];
	int found;

	if (!is_private(w) || !steps_is_last(&w->steps))
		return true;
	found = acl_reader_of(fd, self, &who);
	if (found == 0)
		return true;
	if (found < 0)
		return component_refuse(
		    w, APAM_E_TRUST, "has an ACL that cannot be read", NULL);
	(void)snprintf(what, sizeof(what),
	    "is a secret that its ACL lets %s %lu read",
	    who.group ? "group" : "user", (unsigned long)who.id);
	return component_refuse(w, APAM_E_TRUST, what, "setfacl -b");
}

static int
open_flags(const struct walk *w, bool directory)
{
	if (!directory)
		return w->kind == TRUST_SOCKET ? OPEN_SOCKET : OPEN_FILE;
	return steps_is_last(&w->steps) ? OPEN_DIRECTORY : OPEN_SEARCH;
}

static const char for_root[] =
    "may not be read by this user; run it as root, or let a group of this user "
    "read it: `apam secret set -g GROUP FILE`, as root";

/* Its own attributes may be right: nobody has come as far as it. */
static const char not_entered[] =
    "is in a directory that this user may not enter; run it as root, or let "
    "others enter it: chmod o+x, which shows no names and opens no file";

/* Check what `name` is, without opening it. */
static bool
check_unopened(struct walk *w, int at, const char *name, bool directory)
{
	struct stat st;

	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return check_stat(w, &st, directory);
	if (errno == EACCES && is_secret(w))
		return component_refuse(w, APAM_E_ACCESS, not_entered, NULL);
	return component_refuse_errno(w, errno);
}

/* Say which user or group could read the secret. */
static void
refuse_reading(struct walk *w, int at, const char *name)
{
	char what[80 + LOGIN_NAME_SIZE], group[LOGIN_NAME_SIZE];
	struct stat st;

	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		(void)component_refuse(w, APAM_E_ACCESS,
		    errno == EACCES ? not_entered : for_root, NULL);
		return;
	}
	if (!S_ISREG(st.st_mode) || (st.st_mode & 040) == 0 || st.st_gid == 0) {
		(void)component_refuse(w, APAM_E_ACCESS, for_root, NULL);
		return;
	}
	group_name(st.st_gid, group);
	(void)snprintf(what, sizeof(what),
	    "may not be read by this user; run it as root, or join group %s",
	    group);
	(void)component_refuse(w, APAM_E_ACCESS, what, NULL);
}

/* Say why it could not be opened although its attributes are right. */
static void
refuse_opening(struct walk *w, int at, const char *name, int number)
{
	if (number == EACCES && is_secret(w))
		refuse_reading(w, at, name);
	else
		(void)component_refuse_errno(w, number);
}

/*
 * Open `name` in the directory `at` and check what was opened.  A file is also
 * checked before it is opened, because opening a device may have effects.
 * O_DIRECTORY opens no device, so a directory is looked at only if opening it
 * failed, to find the reason.
 */
int
component_open(struct walk *w, int at, const char *name, bool directory)
{
	struct stat st;
	int fd, number;

	if (!directory && !check_unopened(w, at, name, false))
		return -1;
	fd = openat(at, name, open_flags(w, directory));
	if (fd < 0) {
		number = errno;
		if (check_unopened(w, at, name, directory))
			refuse_opening(w, at, name, number);
		return -1;
	}
	if (fstat(fd, &st) != 0 || !check_stat(w, &st, directory)) {
		(void)component_refuse_errno(w, errno);
		(void)close(fd);
		return -1;
	}
	if (!check_acl(w, fd)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}
