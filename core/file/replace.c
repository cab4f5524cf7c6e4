/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replacing a file by rename, so that a reader sees either the old bytes or the
 * new ones; if it was synced, also after a crash of the machine.
 */
#include "file/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file/attributes.h"
#include "file/limit.h"

static bool
write_whole(int fd, struct apam_str bytes)
{
	ssize_t n;

	while (bytes.n > 0) {
		n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = ENOSPC;
		if (n <= 0)
			return false;
		bytes = (struct apam_str){ bytes.p + n, bytes.n - (size_t)n };
	}
	return true;
}

static bool
sync_whole(int fd)
{
	int done;

	do
		done = fsync(fd);
	while (done != 0 && errno == EINTR);
	return done == 0;
}

/* Some file systems cannot sync a directory, or do not need to. */
static bool
sync_directory(int fd)
{
	return sync_whole(fd) || errno == EINVAL;
}

/* How the new file is made. */
struct manner {
	mode_t mode;
	const struct stat *owner; /* NULL: the effective user owns it */
	const char *like; /* the file whose ACL and label it gets, or NULL */
	bool sync;
};

/* Only root can give files away; a user's file stays the user's. */
static bool
give_to(int fd, const struct stat *owner)
{
	return owner == NULL || fchown(fd, owner->st_uid, owner->st_gid) == 0 ||
	    geteuid() != 0;
}

static int
make_beside(int directory, const char *beside)
{
	(void)unlinkat(directory, beside, 0);
	return openat(directory, beside,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* Close it after what was done with it; errno is that of what failed. */
static bool
close_after(int fd, bool ok)
{
	const int number = errno;

	if (close(fd) != 0 && ok)
		return false;
	errno = number;
	return ok;
}

/* Create `beside` with these bytes. */
static bool
write_beside(int directory, const char *beside, struct apam_str bytes,
    const struct manner *manner)
{
	const int fd = make_beside(directory, beside);
	bool ok;

	if (fd < 0)
		return false;
	ok = file_limit_allows(bytes.n) && write_whole(fd, bytes) &&
	    give_to(fd, manner->owner) &&
	    (manner->like == NULL ||
		file_attributes_copy(directory, manner->like, fd)) &&
	    fchmod(fd, manner->mode) == 0 && (!manner->sync || sync_whole(fd));
	return close_after(fd, ok);
}

/* Remove what was written; errno is kept. */
static bool
remove_beside(int directory, const char *beside)
{
	const int number = errno;

	(void)unlinkat(directory, beside, 0);
	errno = number;
	return false;
}

bool
file_beside(int directory, const char *beside, struct apam_str bytes,
    mode_t mode, bool sync)
{
	const struct manner manner = { mode, NULL, NULL, sync };

	return write_beside(directory, beside, bytes, &manner) ||
	    remove_beside(directory, beside);
}

bool
file_put(int directory, const char *name, const char *beside, bool sync)
{
	if (renameat(directory, beside, directory, name) != 0)
		return remove_beside(directory, beside);
	return !sync || sync_directory(directory);
}

/* ---- Room beforehand --------------------------------------------------- */

bool
file_reserve(int directory, const char *beside, size_t n)
{
	int fd, number;
	bool ok;

	if (!file_limit_allows(n))
		return false;
	fd = make_beside(directory, beside);
	if (fd < 0)
		return false;
	do
		number = posix_fallocate(fd, 0, (off_t)n);
	while (number == EINTR);
	ok = number == 0 && fchmod(fd, 0600) == 0;
	errno = number == 0 ? errno : number;
	return close_after(fd, ok) || remove_beside(directory, beside);
}

bool
file_fill(int directory, const char *beside, struct apam_str bytes)
{
	const int fd = openat(
	    directory, beside, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return false;
	return close_after(fd,
	    file_limit_allows(bytes.n) && write_whole(fd, bytes) &&
		ftruncate(fd, (off_t)bytes.n) == 0 && sync_whole(fd));
}

/* ---- Whole files ------------------------------------------------------- */

static bool
replace_file(int directory, const char *name, const char *beside,
    struct apam_str bytes, const struct manner *manner)
{
	if (!write_beside(directory, beside, bytes, manner))
		return remove_beside(directory, beside);
	return file_put(directory, name, beside, manner->sync);
}

bool
file_replace(int directory, const char *name, const char *beside,
    struct apam_str bytes, mode_t mode, bool sync)
{
	const struct manner manner = { mode, NULL, NULL, sync };

	return replace_file(directory, name, beside, bytes, &manner);
}

bool
file_replace_like(int directory, const char *name, const char *beside,
    struct apam_str bytes, const struct stat *like)
{
	const struct manner manner = { like->st_mode & 07777, like,
		like->st_nlink == 0 ? NULL : name, true };

	return replace_file(directory, name, beside, bytes, &manner);
}
