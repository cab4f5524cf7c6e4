/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file is believed if it belongs to the effective user alone, in a directory
 * that belongs to that user alone.
 */
#define _GNU_SOURCE
#include "durable/durable_place.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"
#include "base/str.h"
#include "file/at.h"
#include "file/network_fs.h"
#include "file/user_dir.h"

/* O_NONBLOCK: a FIFO in the file's place must not hang us. */
#define OPEN_ANY (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

void
durable_file_name(const struct durable_place *place, const char *suffix,
    char to[DURABLE_FILE_SIZE])
{
	const struct apam_str known = apam_str(place->name);

	assert(store_name_ok(known));
	(void)known;
	(void)snprintf(to, DURABLE_FILE_SIZE, "%s%s", place->name, suffix);
}

int
durable_directory(
    const struct durable_place *place, bool make, struct apam_error *err)
{
	const int fd = user_dir_open_secrets(
	    place->state_dir, place->user, make, err);
	const char *network = fd < 0 ? NULL : network_fs_of(fd);

	if (network == NULL)
		return fd;
	(void)close(fd);
	(void)error_set(err, APAM_E_CONFIG,
	    "%s/secrets is on a network's file system (%s), where two machines "
	    "could spend one secret; set state_dir to a directory of this "
	    "machine",
	    place->state_dir, network);
	return -1;
}

/* ---- The record -------------------------------------------------------- */

/* NULL if what was opened is a file of this user's alone. */
static const char *
file_problem(int fd, struct stat *st)
{
	if (fstat(fd, st) != 0 || !S_ISREG(st->st_mode))
		return "is not a regular file";
	if (st->st_uid != geteuid())
		return "belongs to another user";
	if ((st->st_mode & 077) != 0)
		return "can be read or changed by others; chmod 0600";
	return NULL;
}

static enum apam_status
refuse(const struct durable_place *place, enum apam_status status,
    const char *what, struct apam_error *err)
{
	return error_set(
	    err, status, "the record of store:%s %s", place->name, what);
}

static enum apam_status
read_opened(const struct durable_place *place, int fd, struct durable_copy *to,
    struct apam_error *err)
{
	struct stat st;
	const char *why = file_problem(fd, &st);

	if (why != NULL)
		return refuse(place, APAM_E_TRUST, why, err);
	if (st.st_size > DURABLE_RECORD_MAX)
		return refuse(place, APAM_E_SECRET, "is too large", err);
	buf_reserve(&to->text, (size_t)st.st_size + 1);
	if (!file_read(fd, &to->text))
		return to->text.failed && to->text.no_memory ?
		    error_set(err, APAM_E_MEMORY, "out of memory") :
		    refuse(place, APAM_E_SECRET, "cannot be read", err);
	why = durable_record_take(buf_view(&to->text), &to->is);
	if (why == NULL && !str_equal(to->is.name, apam_str(place->name)))
		why = "is that of another name";
	if (why != NULL)
		return refuse(place, APAM_E_SECRET, why, err);
	to->there = true;
	return APAM_OK;
}

enum apam_status
durable_read(const struct durable_place *place, struct durable_copy *to,
    struct apam_error *err)
{
	const int directory = durable_directory(place, false, err);
	enum apam_status status = APAM_OK;
	char name[DURABLE_FILE_SIZE];
	int fd;

	*to = (struct durable_copy){ .there = false };
	buf_init(&to->text, DURABLE_RECORD_MAX);
	if (directory < 0 && user_dir_comes(place->state_dir)) {
		/* The first login makes it. */
		error_clear(err);
		return APAM_OK;
	}
	if (directory < 0)
		return err->status;
	durable_file_name(place, "", name);
	fd = openat(directory, name, O_RDONLY | OPEN_ANY);
	if (fd >= 0) {
		status = read_opened(place, fd, to, err);
		(void)close(fd);
	} else if (errno != ENOENT) {
		status = refuse(place, APAM_E_SECRET, "cannot be opened", err);
	}
	(void)close(directory);
	if (status != APAM_OK)
		durable_copy_free(to);
	return status;
}

void
durable_copy_free(struct durable_copy *copy)
{
	buf_free(&copy->text);
	*copy = (struct durable_copy){ .there = false };
}

/* ---- The lock ---------------------------------------------------------- */

bool
durable_is_lock(const struct durable_place *place, int directory, int lock)
{
	char name[DURABLE_FILE_SIZE];

	durable_file_name(place, ".lock", name);
	return file_at_is(directory, name, lock);
}

/* 0, with the lock held, or what there is instead of it. */
static int
lock_opened(const struct durable_place *place, int directory, int lock,
    struct apam_error *err)
{
	struct stat st;
	const char *why = file_problem(lock, &st);

	if (why != NULL) {
		(void)error_set(err, APAM_E_TRUST, "the lock of store:%s %s",
		    place->name, why);
		return DURABLE_LOCK_FAILED;
	}
	if (flock(lock, LOCK_EX | LOCK_NB) == 0)
		return durable_is_lock(place, directory, lock) ?
		    0 :
		    DURABLE_LOCK_BUSY;
	if (errno == EWOULDBLOCK || errno == EINTR)
		return DURABLE_LOCK_BUSY;
	(void)error_set(err, APAM_E_SECRET,
	    "the lock of store:%s cannot be taken: %s", place->name,
	    strerror(errno));
	return DURABLE_LOCK_FAILED;
}

static int
try_lock_in(
    const struct durable_place *place, int directory, struct apam_error *err)
{
	char name[DURABLE_FILE_SIZE];
	int lock, result;

	durable_file_name(place, ".lock", name);
	lock = openat(directory, name, O_RDWR | O_CREAT | OPEN_ANY, 0600);
	if (lock < 0) {
		(void)error_set(err, APAM_E_SECRET,
		    "the lock of store:%s cannot be opened: %s", place->name,
		    strerror(errno));
		return DURABLE_LOCK_FAILED;
	}
	result = lock_opened(place, directory, lock, err);
	if (result == 0)
		return lock;
	(void)close(lock);
	return result;
}

int
durable_try_lock(const struct durable_place *place, struct apam_error *err)
{
	const int directory = durable_directory(place, true, err);
	int lock;

	if (directory < 0)
		return DURABLE_LOCK_FAILED;
	lock = try_lock_in(place, directory, err);
	(void)close(directory);
	return lock;
}

bool
durable_lock_stat(const struct durable_place *place, struct stat *st)
{
	const int directory = durable_directory(place, false, NULL);
	char name[DURABLE_FILE_SIZE];
	bool ok;

	if (directory < 0)
		return false;
	durable_file_name(place, ".lock", name);
	ok = fstatat(directory, name, st, AT_SYMLINK_NOFOLLOW) == 0;
	(void)close(directory);
	return ok;
}

void
durable_ring(int lock)
{
	/* A failure costs a running program a restart, and nothing else. */
	(void)futimens(lock, NULL);
}

bool
durable_lock_path(const struct durable_place *place, char *to, size_t size)
{
	const int n = snprintf(to, size, "%s/secrets/%lu/%s.lock",
	    place->state_dir, (unsigned long)geteuid(), place->name);

	return n > 0 && (size_t)n < size;
}
