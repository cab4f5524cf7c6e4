/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apam_secret_store: storing a secret in a file, in one step for its readers.
 *
 * The rule of file/trust.h holds for the file's place, so that a file:
 * reference can read it; missing directories are made.
 */
#include <apam/admin.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/sized.h"
#include "base/str.h"
#include "file/replace.h"
#include "file/secret.h"
#include "file/trust.h"

#define MODE_ALONE 0600
#define MODE_GROUP 0640
#define MODE_DIRECTORY 0755

/* One secret on its way. */
struct store {
	const struct apam_secret_file *file;
	bool user; /* user mode of file/trust.h */
	char directory[TRUST_PATH_MAX + 1];
	const char *name; /* in it; points into the path */
	struct apam_error *err;
};

/* ---- What is stored ----------------------------------------------------- */

/* chown takes the id -1 as "unchanged". */
static bool
is_id(int64_t number)
{
	return number >= -1 && number < UINT32_MAX;
}

static enum apam_status
check_form(const struct store *s)
{
	if (s->file->path == NULL)
		return error_set(
		    s->err, APAM_E_USAGE, "the path of the secret is NULL");
	if (!is_id(s->file->owner) || !is_id(s->file->group))
		return error_set(s->err, APAM_E_USAGE,
		    "owner or group of the secret is not an id; give -1 to "
		    "leave it as it was");
	return APAM_OK;
}

static enum apam_status
check_stored(const struct store *s)
{
	struct apam_str secret = s->file->secret;

	const char *why = secret_problem(secret, SECRET_LINE);

	if (why != NULL)
		return error_set(s->err, APAM_E_USAGE, "the secret %s", why);
	return APAM_OK;
}

/* Cut the path into directory and name. */
static enum apam_status
read_store_path(struct store *s)
{
	const char *path = s->file->path;
	const char *why = trust_path_problem(apam_str(path));
	const char *slash = strrchr(path, '/');

	if (why != NULL)
		return error_set(s->err, APAM_E_USAGE, "%s", why);
	if (slash[1] == '\0')
		return error_set(
		    s->err, APAM_E_USAGE, "a file's path ends in /");
	s->name = slash + 1;
	(void)snprintf(s->directory, sizeof(s->directory), "%.*s",
	    slash == path ? 1 : (int)(slash - path), path);
	return APAM_OK;
}

/* ---- Where -------------------------------------------------------------- */

static int
open_store(const struct store *s, const char *path, struct apam_error *err)
{
	return trust_open(path, TRUST_DIRECTORY, s->user, err);
}

/* Make directory `path`, whose parent exists; its descriptor, or -1. */
static int
make_directory(const struct store *s, char *path, char *slash)
{
	int parent, made;

	*slash = '\0';
	parent = open_store(s, path[0] == '\0' ? "/" : path, s->err);
	*slash = '/';
	if (parent < 0)
		return -1;
	made = mkdirat(parent, slash + 1, 0700);
	if (made == 0)
		made = fchmodat(parent, slash + 1, MODE_DIRECTORY, 0);
	else if (errno == EEXIST)
		made = 0;
	if (made != 0)
		(void)error_set(s->err, APAM_E_CONFIG, "%s cannot be made: %s",
		    path, strerror(errno));
	(void)close(parent);
	return made == 0 ? open_store(s, path, s->err) : -1;
}

/* Open the directory, and make its missing part from above; or -1. */
static int
reach_directory(const struct store *s)
{
	char path[TRUST_PATH_MAX + 1];
	char *slash = path;
	struct stat st;
	int fd = -1;

	(void)snprintf(path, sizeof(path), "%s", s->directory);
	if (lstat(path, &st) == 0 || errno != ENOENT)
		return open_store(s, path, s->err);
	while (slash != NULL) {
		char *next = strchr(slash + 1, '/');

		if (next != NULL)
			*next = '\0';
		if (lstat(path, &st) != 0) {
			if (fd >= 0)
				(void)close(fd);
			fd = make_directory(s, path, slash);
			if (fd < 0)
				return -1;
		}
		if (next != NULL)
			*next = '/';
		slash = next;
	}
	return fd;
}

/* True if a file of this owner is trusted. */
static bool
owner_is_trusted(const struct store *s, uid_t owner)
{
	return owner == 0 || (s->user && owner == geteuid());
}

/* ---- As what ------------------------------------------------------------ */

/*
 * Owner and mode are those that were asked for; else those of the present file,
 * without the bits that a secret must not have; else only this user may read
 * it. A file that another user made, as in a sticky directory, must not decide
 * who reads the secret by group or ACL.
 */
static enum apam_status
decide(const struct store *s, int directory, struct stat *like)
{
	const struct apam_secret_file *file = s->file;
	const struct stat fresh = { .st_uid = geteuid(), .st_gid = getegid() };
	mode_t mode = MODE_ALONE;

	if (fstatat(directory, s->name, like, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno != ENOENT)
			return error_set(s->err, APAM_E_CONFIG,
			    "%s cannot be checked: %s", file->path,
			    strerror(errno));
		*like = fresh;
	} else if (S_ISLNK(like->st_mode)) {
		return error_set(s->err, APAM_E_TRUST,
		    "%s is a symbolic link; name the file itself", file->path);
	} else if (!S_ISREG(like->st_mode)) {
		return error_set(s->err, APAM_E_CONFIG,
		    "%s is not a regular "
		    "file",
		    file->path);
	} else if (!owner_is_trusted(s, like->st_uid)) {
		*like = fresh;
	} else {
		mode |= like->st_mode & MODE_GROUP;
	}
	if (file->owner >= 0)
		like->st_uid = (uid_t)file->owner;
	if (file->group >= 0) {
		like->st_gid = (gid_t)file->group;
		mode = MODE_GROUP;
	}
	like->st_mode = mode;
	return APAM_OK;
}

/* A user may give a file only to a group that the user is in: look at it. */
static bool
group_is_as_asked(const struct store *s, int directory)
{
	struct stat st;

	return s->file->group < 0 ||
	    (fstatat(directory, s->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		st.st_gid == s->file->group);
}

static enum apam_status
write_secret(const struct store *s, int directory)
{
	struct stat like;
	char beside[64];
	enum apam_status status = decide(s, directory, &like);

	if (status != APAM_OK)
		return status;
	/* The name is unique to this process. */
	(void)snprintf(
	    beside, sizeof(beside), ".apam-secret.%ld", (long)getpid());
	if (!file_replace_like(
		directory, s->name, beside, s->file->secret, &like))
		return error_set(s->err,
		    errno == EACCES || errno == EPERM ? APAM_E_CONFIG :
							APAM_E_INTERNAL,
		    "%s cannot be written: %s%s", s->file->path,
		    strerror(errno),
		    errno == EACCES || errno == EPERM ? "; run it as root" :
							"");
	if (!group_is_as_asked(s, directory))
		return error_set(s->err, APAM_E_CONFIG,
		    "%s is written, but only root can give it that group",
		    s->file->path);
	return APAM_OK;
}

enum apam_status
apam_secret_store(const struct apam_open_options *options,
    const struct apam_secret_file *file, struct apam_error *err)
{
	HOLD_CANCEL;
	struct apam_open_options how = { .flags = 0 };
	struct apam_secret_file mine;
	struct store store = { .file = &mine, .err = err };
	enum apam_status status;
	struct apam_error own = APAM_ERROR_INIT;
	int directory;

	if (!sized_begin(err))
		return APAM_E_USAGE;
	if (sized_take(&sized_secret_file, file, &mine, err) != APAM_OK)
		return APAM_E_USAGE;
	if (options != NULL &&
	    sized_take(&sized_open_options, options, &how, err) != APAM_OK)
		return APAM_E_USAGE;
	store.err = err == NULL ? &own : err;
	store.user = (how.flags & APAM_OPEN_USER) != 0;
	status = check_form(&store);
	if (status == APAM_OK)
		status = check_stored(&store);
	if (status == APAM_OK)
		status = read_store_path(&store);
	if (status != APAM_OK)
		return status;
	directory = reach_directory(&store);
	if (directory < 0)
		return store.err->status;
	status = write_secret(&store, directory);
	(void)close(directory);
	return status;
}
