/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which files may be trusted.  The walk holds a descriptor of each directory
 * and opens the next name relative to it, so that no component can be swapped
 * between its check and its use.  Directories are opened with O_PATH if the
 * system has it, because then permission to search them is enough; only this
 * file needs _GNU_SOURCE for that.  A link is opened, checked and read through
 * its own descriptor, too; where it leads is a matter of text (file/steps.h).
 *
 * What Kubernetes writes moves: a link is replaced, and at once the directory
 * that it led to is removed.  A walk that is under way then finds a name gone
 * and begins again.  It is the open file that is read, so that a reader has
 * the old secret or the new one.
 *
 * The mode tells who may write: an ACL shows in its group bits.  It does not
 * tell who may read, so for secrets the ACL is read, too.
 */
#define _GNU_SOURCE
#include "file/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/login_name.h"
#include "base/str.h"
#include "file/acl.h"
#include "file/at.h"
#include "file/steps.h"

#ifndef O_PATH
#define O_PATH O_RDONLY
#endif

#define OPEN_SEARCH (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
/* O_NONBLOCK: opening a FIFO in the file's place must not hang. */
#define OPEN_SOCKET (O_PATH | O_NOFOLLOW | O_CLOEXEC)
#define OPEN_FILE (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
#define OPEN_LINK (O_PATH | O_NOFOLLOW | O_CLOEXEC)

/* How often a walk begins again that met links on the move. */
#define WALKS_MAX 64

/* A walk; steps.done is the component that it is at. */
struct walk {
	struct apam_str path; /* as it was asked for */
	struct steps steps;
	enum trust_kind kind;
	bool user;
	uid_t other; /* who is trusted as root is; 0: nobody else */
	bool moved; /* it may succeed if it begins again */
	struct apam_error err;
};

_Static_assert(TRUST_PATH_MAX == STEPS_PATH_MAX, "any path can be walked");

const char *
trust_path_problem(struct apam_str path)
{
	struct apam_str rest = path, name;

	if (path.n == 0 || path.p[0] != '/')
		return "the path is not absolute; begin it with /";
	if (path.n > TRUST_PATH_MAX)
		return "the path is longer than 511 bytes";
	if (str_has_control(path))
		return "the path has a control character";
	while (rest.n > 1) {
		rest = str_skip(rest, 1);
		name = str_cut(rest, str_find(rest, '/'));
		if (name.n == 0 || str_equal(name, APAM_STR(".")) ||
		    str_equal(name, APAM_STR("..")))
			return "the path has an empty, \".\" or \"..\" "
			       "component; write it without";
		rest = str_skip(rest, name.n);
	}
	return NULL;
}

static bool
refuse_component(struct walk *w, enum apam_status status, const char *what,
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

static bool
follows_links(const struct walk *w)
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
	w->moved = follows_links(w);
	(void)snprintf(path, sizeof(path), "%.*s", SARG(w->path));
	real = realpath(path, NULL);
	if (real == NULL)
		return refuse_component(w, APAM_E_TRUST,
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
		return refuse_component(
		    w, APAM_E_CONFIG, "does not exist", NULL);
	w->moved = true;
	(void)error_set(&w->err, APAM_E_CONFIG,
	    "%s does not exist; symbolic links lead there from %.*s",
	    w->steps.done, SARG(w->path));
	return false;
}

/* Say why open or fstatat failed at this component. */
static bool
refuse_errno(struct walk *w, int number)
{
	switch (number) {
	case ENOENT:
		return refuse_missing(w);
	case EACCES:
		return refuse_component(w,
		    w->kind == TRUST_FILE ? APAM_E_ACCESS : APAM_E_CONFIG,
		    "may not be read by this user",
		    w->kind == TRUST_DIRECTORY ? "chmod a+rx" : NULL);
	case ELOOP:
		return refuse_link(w);
	/* The process is at fault, not the file. */
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return refuse_component(w, APAM_E_MEMORY,
		    "cannot be opened: out of descriptors or memory", NULL);
	default:
		return refuse_component(
		    w, APAM_E_CONFIG, "cannot be opened", NULL);
	}
}

static bool
check_kind(struct walk *w, mode_t mode, bool directory)
{
	if (S_ISLNK(mode))
		return refuse_link(w);
	if (directory && !S_ISDIR(mode))
		return refuse_component(w, APAM_E_CONFIG,
		    w->kind == TRUST_DIRECTORY ?
			"is not a directory; name one instead" :
			"is not a directory",
		    NULL);
	if (!directory && w->kind == TRUST_SOCKET)
		return S_ISSOCK(mode) ||
		    refuse_component(w, APAM_E_CONFIG, "is not a socket", NULL);
	if (!directory && !S_ISREG(mode))
		return refuse_component(
		    w, APAM_E_CONFIG, "is not a regular file", NULL);
	if (!directory && w->kind == TRUST_PROGRAM && (mode & 0111) == 0)
		return refuse_component(
		    w, APAM_E_CONFIG, "is not executable", "chmod +x");
	return true;
}

/* A directory is not given away, because it may be somebody's home. */
static bool
refuse_owner_of_directory(struct walk *w)
{
	return refuse_component(w, APAM_E_TRUST,
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
		return refuse_component(w, APAM_E_TRUST,
		    "belongs to another user; find out who made it, and "
		    "remove it",
		    NULL);
	if (w->user)
		return refuse_component(w, APAM_E_TRUST,
		    "belongs neither to root nor to this user", "chown root");
	return refuse_component(
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
		return refuse_component(w, APAM_E_TRUST,
		    "can be changed by others",
		    exposed ? "chmod g-w,o=" : "chmod go-w");
	/* In a volume, where chmod is not possible, it may be meant. */
	if (exposed)
		return refuse_component(w, APAM_E_TRUST,
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
	return check_kind(w, st->st_mode, directory) &&
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
		return refuse_component(
		    w, APAM_E_TRUST, "has an ACL that cannot be read", NULL);
	(void)snprintf(what, sizeof(what),
	    "is a secret that its ACL lets %s %lu read",
	    who.group ? "group" : "user", (unsigned long)who.id);
	return refuse_component(w, APAM_E_TRUST, what, "setfacl -b");
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
		return refuse_component(w, APAM_E_ACCESS, not_entered, NULL);
	return refuse_errno(w, errno);
}

/* Say which user or group could read the secret. */
static void
refuse_reading(struct walk *w, int at, const char *name)
{
	char what[80 + LOGIN_NAME_SIZE], group[LOGIN_NAME_SIZE];
	struct stat st;

	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		(void)refuse_component(w, APAM_E_ACCESS,
		    errno == EACCES ? not_entered : for_root, NULL);
		return;
	}
	if (!S_ISREG(st.st_mode) || (st.st_mode & 040) == 0 || st.st_gid == 0) {
		(void)refuse_component(w, APAM_E_ACCESS, for_root, NULL);
		return;
	}
	group_name(st.st_gid, group);
	(void)snprintf(what, sizeof(what),
	    "may not be read by this user; run it as root, or join group %s",
	    group);
	(void)refuse_component(w, APAM_E_ACCESS, what, NULL);
}

/* Say why it could not be opened although its attributes are right. */
static void
refuse_opening(struct walk *w, int at, const char *name, int number)
{
	if (number == EACCES && is_secret(w))
		refuse_reading(w, at, name);
	else
		(void)refuse_errno(w, number);
}

/*
 * Open `name` in the directory `at` and check what was opened.  A file is also
 * checked before it is opened, because opening a device may have effects.
 * O_DIRECTORY opens no device, so a directory is looked at only if opening it
 * failed, to find the reason.
 */
static int
open_component(struct walk *w, int at, const char *name, bool directory)
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
		(void)refuse_errno(w, errno);
		(void)close(fd);
		return -1;
	}
	if (!check_acl(w, fd)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* ---- Links ------------------------------------------------------------ */

/*
 * The mode of a link says nothing.  Which users may replace it is decided by its
 * directory, which was checked; in a sticky directory that is the link's owner.
 */
static bool
check_link(struct walk *w, int link)
{
	struct stat st;

	if (fstat(link, &st) != 0)
		return refuse_errno(w, errno);
	if (st.st_uid == 0 || (w->user && st.st_uid == geteuid()))
		return true;
	return refuse_component(w, APAM_E_TRUST,
	    w->user ? "is a symbolic link that belongs neither to root nor to "
		      "this user" :
		      "is a symbolic link that does not belong to root",
	    "chown -h root");
}

/* Read where the open link leads, and have the walk go on there. */
static enum step
read_link(struct walk *w, int link)
{
	char target[TRUST_PATH_MAX + 1];
	ssize_t n;

	if (!check_link(w, link))
		return STEP_END;
	n = readlinkat(link, "", target, sizeof(target));
	if (n >= 0)
		return steps_link(
		    &w->steps, (struct apam_str){ target, (size_t)n });
	(void)refuse_errno(w, errno);
	return STEP_END;
}

/* True if the name that was taken is a link to follow; *step is what then. */
static bool
try_link(struct walk *w, int at, enum step *step)
{
	const char *name = steps_name(&w->steps);
	struct stat st;
	int link;

	if (!follows_links(w) ||
	    fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISLNK(st.st_mode))
		return false;
	link = openat(at, name, OPEN_LINK);
	if (link < 0) {
		w->moved = true;
		(void)refuse_errno(w, errno);
		*step = STEP_END;
		return true;
	}
	*step = read_link(w, link);
	(void)close(link);
	return true;
}

/* ---- The walk --------------------------------------------------------- */

static int
open_root(struct walk *w)
{
	return open_component(w, AT_FDCWD, "/", true);
}

/* Open the name that was taken in the directory `at`, and close that. */
static int
enter(struct walk *w, int at)
{
	const bool directory = !steps_is_last(&w->steps) ||
	    w->kind == TRUST_DIRECTORY;
	const int next = open_component(
	    w, at, steps_name(&w->steps), directory);

	(void)close(at);
	return next;
}

/*
 * Take one step from the directory *fd, which is then the next one, or -1.
 * STEP_END: there is none left, or none is possible.
 */
static enum step
take_step(struct walk *w, int *fd)
{
	enum step step = steps_next(&w->steps);

	if (step == STEP_NAME && !try_link(w, *fd, &step))
		*fd = enter(w, *fd);
	if (step == STEP_ROOT) {
		(void)close(*fd);
		*fd = open_root(w);
	}
	if (w->steps.why != NULL)
		(void)refuse_component(w, APAM_E_TRUST, w->steps.why, NULL);
	return *fd < 0 ? STEP_END : step;
}

/* Walk from the root; -1 with w->err set. */
static int
walk(struct walk *w)
{
	int fd = open_root(w);

	while (fd >= 0 && take_step(w, &fd) != STEP_END)
		;
	/* A link may lead to the root, which is opened before that is known. */
	if (fd >= 0 && w->kind != TRUST_DIRECTORY &&
	    strcmp(w->steps.done, "/") == 0)
		(void)check_kind(w, S_IFDIR, false);
	if (fd < 0 || w->err.status == APAM_OK)
		return fd;
	(void)close(fd);
	return -1;
}

/*
 * What is gone after links were followed may have been replaced; if it is gone
 * in every walk, it is missing.
 */
static int
walk_until_still(struct walk *w)
{
	int fd = -1;

	for (int i = 0; i < WALKS_MAX; i++) {
		w->moved = false;
		error_clear(&w->err);
		steps_init(&w->steps, w->path);
		fd = walk(w);
		if (fd >= 0 || !w->moved)
			break;
	}
	return fd;
}

static int
open_trusted(struct walk *w, struct apam_error *err)
{
	const char *why = trust_path_problem(w->path);
	int fd;

	if (why != NULL) {
		(void)error_set(err, APAM_E_CONFIG, "%s", why);
		return -1;
	}
	if (w->path.p[w->path.n - 1] == '/' && w->kind != TRUST_DIRECTORY) {
		(void)error_set(err, APAM_E_CONFIG, "a file's path ends in /");
		return -1;
	}
	fd = walk_until_still(w);
	if (fd < 0)
		(void)error_set(err, w->err.status, "%s", w->err.text);
	return fd;
}

int
trust_open(
    const char *path, enum trust_kind kind, bool user, struct apam_error *err)
{
	struct walk w = { .path = apam_str(path), .kind = kind, .user = user };

	return open_trusted(&w, err);
}

int
trust_open_socket(
    const char *path, uint32_t owner, bool user, struct apam_error *err)
{
	struct walk w = { .path = apam_str(path),
		.kind = TRUST_SOCKET,
		.user = user,
		.other = owner };

	return open_trusted(&w, err);
}

static enum apam_status
refuse_size(const char *path, size_t max, struct apam_error *err)
{
	return error_set(
	    err, APAM_E_CONFIG, "%s is larger than %zu bytes", path, max);
}

static enum apam_status
read_all(int fd, const char *path, struct buf *to, struct apam_error *err)
{
	if (file_read(fd, to))
		return APAM_OK;
	if (to->no_memory)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	if (to->failed)
		return refuse_size(path, to->max, err);
	return error_set(err, APAM_E_CONFIG, "%s cannot be read", path);
}

enum apam_status
trust_read(const char *path, enum trust_kind kind, bool user, struct buf *to,
    struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	enum apam_status status;
	struct stat st;
	int fd = trust_open(path, kind, user, &own);

	if (fd < 0) {
		status = own.status;
		if (err != NULL && err->status == APAM_OK)
			error_copy(err, &own);
		return status;
	}
	/*
	 * Checked before reading, and again while reading: the file may grow.
	 */
	if (fstat(fd, &st) == 0 && st.st_size > 0 &&
	    (uintmax_t)st.st_size > to->max)
		status = refuse_size(path, to->max, err);
	else
		status = read_all(fd, path, to, err);
	if (status != APAM_OK)
		buf_free(to);
	(void)close(fd);
	return status;
}
