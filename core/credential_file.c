/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The directory is walked to anew in each call, with the checks of trust.h:
 * no descriptor is kept that a host may close behind our back, and a state_dir
 * that was made anew is found.  The directory itself must be the effective
 * user's alone.
 *
 * Nothing is synced to the disk: after a crash of the machine the boot is
 * another, so whatever is left of a file is refused in any case.
 */
#define _GNU_SOURCE
#include "credential_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "profile.h"
#include "trust.h"

#define NAME_SIZE (PROFILE_NAME_MAX + sizeof(".4294967295"))
#define FILE_NAME_SIZE (NAME_SIZE + sizeof(".lock"))
#define DIRECTORY_NAME_SIZE sizeof("credentials-4294967295")

/* O_NONBLOCK: a FIFO in the file's place must not hang us. */
#define OPEN_ANY (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* ---- The directory ---------------------------------------------------- */

static void
directory_name(char to[DIRECTORY_NAME_SIZE])
{
	(void)snprintf(to, DIRECTORY_NAME_SIZE, "credentials-%lu",
	    (unsigned long)geteuid());
}

static enum apam_status
refuse_directory(const struct credential_file *file, enum apam_status status,
    const char *what, struct apam_error *err)
{
	char name[DIRECTORY_NAME_SIZE];

	directory_name(name);
	return error_set(err, status, "%s/%s %s", file->state_dir, name, what);
}

/* Open it in the directory `state`; -1 with *err set. */
static int
open_in(const struct credential_file *file, int state, struct apam_error *err)
{
	char name[DIRECTORY_NAME_SIZE];
	struct stat st;
	int fd;

	directory_name(name);
	fd = openat(
	    state, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		(void)refuse_directory(
		    file, APAM_E_CONFIG, "cannot be opened", err);
		return -1;
	}
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	    (st.st_mode & 077) == 0)
		return fd;
	(void)refuse_directory(file, APAM_E_TRUST,
	    "is not this user's alone; chown it and chmod 0700", err);
	(void)close(fd);
	return -1;
}

static int
open_directory(const struct credential_file *file, struct apam_error *err)
{
	const int state = trust_open(
	    file->state_dir, TRUST_DIRECTORY, file->user, err);
	int fd;

	if (state < 0)
		return -1;
	fd = open_in(file, state, err);
	(void)close(state);
	return fd;
}

enum apam_status
credential_file_prepare(
    const struct credential_file *file, struct apam_error *err)
{
	struct apam_error own = { .entry = -1 };
	struct apam_error *detail = err == NULL ? &own : err;
	char name[DIRECTORY_NAME_SIZE];
	int state, fd = -1;

	state = trust_open(
	    file->state_dir, TRUST_DIRECTORY, file->user, detail);
	if (state < 0)
		return detail->status;
	directory_name(name);
	/* Another process may make it at the same time. */
	if (mkdirat(state, name, 0700) != 0 && errno != EEXIST)
		(void)refuse_directory(file, APAM_E_CONFIG,
		    "cannot be made by this user; make it, the user's own, "
		    "mode 0700",
		    detail);
	else
		fd = open_in(file, state, detail);
	(void)close(state);
	if (fd < 0)
		return detail->status;
	(void)close(fd);
	return APAM_OK;
}

/* ---- Files in it ------------------------------------------------------ */

/* The name of the file, or of what stands beside it. */
static void
file_name(const struct credential_file *file, const char *suffix,
    char to[FILE_NAME_SIZE])
{
	assert(profile_name_ok(file->owner.profile));
	(void)snprintf(to, FILE_NAME_SIZE, "%s.%lu%s", file->owner.profile,
	    (unsigned long)file->owner.entry, suffix);
}

/* NULL where what was opened is a file of this user's alone. */
static const char *
own_file_problem(int fd, struct stat *st)
{
	if (fstat(fd, st) != 0 || !S_ISREG(st->st_mode))
		return "the credential file or its lock is no regular file";
	if (st->st_uid != geteuid())
		return "the credential file or its lock is another user's";
	if ((st->st_mode & 077) != 0)
		return "others have access to the credential file or its lock";
	return NULL;
}

/* Read all `n` bytes.  A file never changes once it has its name. */
static bool
read_whole(int fd, size_t n, struct buf *to)
{
	char chunk[4096];
	ssize_t got;

	do {
		got = read(fd, chunk, sizeof(chunk));
		if (got > 0)
			buf_put(to, (struct apam_str){ chunk, (size_t)got });
	} while (got > 0 || (got < 0 && errno == EINTR));
	return got == 0 && !to->failed && to->n == n;
}

/* Open and read the file, sealed as it is. */
static const char *
read_sealed(const struct credential_file *file, int directory, struct buf *to)
{
	char name[FILE_NAME_SIZE];
	const char *why;
	struct stat st;
	int fd;

	file_name(file, "", name);
	fd = openat(directory, name, O_RDONLY | OPEN_ANY);
	if (fd < 0)
		return errno == ENOENT ? "there is no credential file yet" :
					 "the credential file cannot be opened";
	why = own_file_problem(fd, &st);
	if (why == NULL && st.st_size > CREDENTIAL_RECORD_MAX)
		why = "the credential file is too large";
	if (why == NULL && !read_whole(fd, (size_t)st.st_size, to))
		why = "the credential file cannot be read";
	(void)close(fd);
	return why;
}

static const char *
read_in(const struct credential_file *file, int directory,
    struct credential_record *to)
{
	struct credential_moment now;
	struct buf sealed;
	const char *why;

	buf_init(&sealed, CREDENTIAL_RECORD_MAX);
	why = read_sealed(file, directory, &sealed);
	if (why == NULL && !credential_moment_now(&now))
		why = "the system does not tell one boot from another";
	if (why == NULL)
		why = credential_record_open(
		    buf_view(&sealed), &file->owner, &now, to);
	buf_free(&sealed);
	return why;
}

bool
credential_file_read(const struct credential_file *file,
    struct credential_record *to, const char **why)
{
	const int directory = open_directory(file, NULL);

	*to = (struct credential_record){ .secret = { 0 } };
	*why = "the directory of credential files cannot be used";
	if (directory < 0)
		return false;
	*why = read_in(file, directory, to);
	(void)close(directory);
	return *why == NULL;
}

/* ---- Lock ------------------------------------------------------------- */

/* True where `lock` is still what others would lock: nobody replaced it. */
static bool
is_the_lock(const struct credential_file *file, int directory, int lock)
{
	char name[FILE_NAME_SIZE];
	struct stat held, named;

	file_name(file, ".lock", name);
	return fstat(lock, &held) == 0 &&
	    fstatat(directory, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	    held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

/* 0, with the lock held, or what there is instead of it. */
static int
lock_opened(const struct credential_file *file, int directory, int lock,
    const char **why)
{
	struct stat st;

	*why = own_file_problem(lock, &st);
	if (*why != NULL)
		return CREDENTIAL_FILE_UNUSABLE;
	if (flock(lock, LOCK_EX | LOCK_NB) == 0)
		return is_the_lock(file, directory, lock) ?
		    0 :
		    CREDENTIAL_FILE_BUSY;
	if (errno == EWOULDBLOCK || errno == EINTR)
		return CREDENTIAL_FILE_BUSY;
	*why = "the lock of the credential file cannot be locked";
	return CREDENTIAL_FILE_UNUSABLE;
}

static int
try_lock_in(const struct credential_file *file, int directory, const char **why)
{
	char name[FILE_NAME_SIZE];
	int lock, result;

	file_name(file, ".lock", name);
	lock = openat(directory, name, O_RDWR | O_CREAT | OPEN_ANY, 0600);
	*why = "the lock of the credential file cannot be opened";
	if (lock < 0)
		return CREDENTIAL_FILE_UNUSABLE;
	result = lock_opened(file, directory, lock, why);
	if (result == 0)
		return lock;
	(void)close(lock);
	return result;
}

int
credential_file_try_lock(const struct credential_file *file, const char **why)
{
	const int directory = open_directory(file, NULL);
	int lock;

	*why = "the directory of credential files cannot be used";
	if (directory < 0)
		return CREDENTIAL_FILE_UNUSABLE;
	lock = try_lock_in(file, directory, why);
	(void)close(directory);
	return lock;
}

void
credential_file_unlock(int lock)
{
	(void)close(lock);
}

/* ---- Writing ---------------------------------------------------------- */

static bool
write_whole(int fd, struct apam_str bytes)
{
	ssize_t n;

	while (bytes.n > 0) {
		n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = (struct apam_str){ bytes.p + n, bytes.n - (size_t)n };
	}
	return true;
}

/*
 * Write beside the file, then rename.  The name beside it is the lock
 * holder's: what is found there was left by one that died.
 */
static bool
replace(
    const struct credential_file *file, int directory, struct apam_str bytes)
{
	char name[FILE_NAME_SIZE], beside[FILE_NAME_SIZE];
	bool ok;
	int fd;

	file_name(file, "", name);
	file_name(file, ".new", beside);
	(void)unlinkat(directory, beside, 0);
	fd = openat(directory, beside,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	ok = write_whole(fd, bytes);
	ok = close(fd) == 0 && ok;
	ok = ok && renameat(directory, beside, directory, name) == 0;
	if (!ok)
		(void)unlinkat(directory, beside, 0);
	return ok;
}

static const char *
write_in(const struct credential_file *file, int directory, int lock,
    const struct credential_record *record)
{
	struct credential_moment now;
	const char *why = NULL;
	struct buf sealed;

	if (!is_the_lock(file, directory, lock))
		return "the lock of the credential file was replaced";
	if (!credential_moment_now(&now))
		return "the system does not tell one boot from another";
	buf_init(&sealed, CREDENTIAL_RECORD_MAX);
	if (!credential_record_seal(record, &file->owner, &now, &sealed))
		why = "the credential cannot be sealed";
	else if (!replace(file, directory, buf_view(&sealed)))
		why = "the credential file cannot be written";
	buf_free(&sealed);
	return why;
}

bool
credential_file_write(const struct credential_file *file, int lock,
    const struct credential_record *record, const char **why)
{
	const int directory = open_directory(file, NULL);

	*why = "the directory of credential files cannot be used";
	if (directory < 0)
		return false;
	*why = write_in(file, directory, lock, record);
	(void)close(directory);
	return *why == NULL;
}

/* ---- Forgetting ------------------------------------------------------- */

static bool
holds_secret(
    const struct credential_file *file, int directory, struct apam_str secret)
{
	struct credential_record record;
	bool is;

	if (read_in(file, directory, &record) != NULL)
		return false;
	is = bytes_equal(buf_view(&record.secret), secret);
	credential_record_free(&record);
	return is;
}

void
credential_file_forget(
    const struct credential_file *file, struct apam_str secret)
{
	const int directory = open_directory(file, NULL);
	char name[FILE_NAME_SIZE];
	const char *why;
	int lock;

	if (directory < 0)
		return;
	lock = try_lock_in(file, directory, &why);
	file_name(file, "", name);
	if (secret.n == 0 || holds_secret(file, directory, secret))
		(void)unlinkat(directory, name, 0);
	if (lock >= 0)
		credential_file_unlock(lock);
	(void)close(directory);
}
