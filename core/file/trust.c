/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which files may be trusted.  The walk holds a descriptor of each directory
 * and opens the next name relative to it, so that no component can be swapped
 * between its check and its use (component.h).  A link is opened, checked and
 * read through its own descriptor, too; where it leads is a matter of text
 * (steps.h).
 *
 * What Kubernetes writes moves: a link is replaced, and at once the directory
 * that it led to is removed.  A walk that is under way then finds a name gone
 * and begins again.  It is the open file that is read, so that a reader has
 * the old secret or the new one.
 */
#define _GNU_SOURCE /* O_PATH */
#include "file/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/str.h"
#include "file/at.h"
#include "file/component.h"

#ifndef O_PATH
#define O_PATH O_RDONLY
#endif

#define OPEN_LINK (O_PATH | O_NOFOLLOW | O_CLOEXEC)

/* How often a walk begins again that met links on the move. */
#define WALKS_MAX 64

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
		return component_refuse_errno(w, errno);
	if (st.st_uid == 0 || (w->user && st.st_uid == geteuid()))
		return true;
	return component_refuse(w, APAM_E_TRUST,
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
	(void)component_refuse_errno(w, errno);
	return STEP_END;
}

/* True if the name that was taken is a link to follow; *step is what then. */
static bool
try_link(struct walk *w, int at, enum step *step)
{
	const char *name = steps_name(&w->steps);
	struct stat st;
	int link;

	if (!component_may_be_link(w) ||
	    fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISLNK(st.st_mode))
		return false;
	link = openat(at, name, OPEN_LINK);
	if (link < 0) {
		w->moved = true;
		(void)component_refuse_errno(w, errno);
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
	return component_open(w, AT_FDCWD, "/", true);
}

/* Open the name that was taken in the directory `at`, and close that. */
static int
enter(struct walk *w, int at)
{
	const bool directory = !steps_is_last(&w->steps) ||
	    w->kind == TRUST_DIRECTORY;
	const int next = component_open(
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
		(void)component_refuse(w, APAM_E_TRUST, w->steps.why, NULL);
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
		(void)component_check_kind(w, S_IFDIR, false);
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
