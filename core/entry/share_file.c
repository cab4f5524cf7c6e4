/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files in the directory of the effective user (file/user_dir.h), which is
 * opened anew in each call.
 *
 * Nothing is synced to the disk: after a crash of the machine the boot is
 * another, so whatever is left of a file is refused in any case.
 */
#define _GNU_SOURCE
#include "entry/share_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fork_gate.h"
#include "config/profile_conf.h"
#include "file/at.h"
#include "file/replace.h"
#include "file/user_dir.h"

#define NAME_SIZE (PROFILE_NAME_MAX + sizeof(".4294967295"))
#define FILE_NAME_SIZE (NAME_SIZE + sizeof(".lock"))

/* O_NONBLOCK: a FIFO in the file's place must not hang us. */
#define OPEN_ANY (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* ---- The directory ---------------------------------------------------- */

static int
open_share_directory(const struct share_file *file)
{
	return user_dir_open(file->state_dir, file->user, false, NULL);
}

enum apam_status
share_file_prepare(const struct share_file *file, struct apam_error *err)
{
	struct apam_error own = APAM_ERROR_INIT;
	struct apam_error *detail = err == NULL ? &own : err;
	const int fd = user_dir_open(file->state_dir, file->user, true, detail);

	if (fd < 0)
		return detail->status;
	(void)close(fd);
	return APAM_OK;
}

/* ---- Files in it ------------------------------------------------------ */

/* The name of the file, or of what stands beside it. */
static void
file_name(
    const struct share_file *file, const char *suffix, char to[FILE_NAME_SIZE])
{
	assert(profile_name_ok(file->identity.profile));
	(void)snprintf(to, FILE_NAME_SIZE, "%s.%lu%s", file->identity.profile,
	    (unsigned long)file->identity.entry, suffix);
}

/* NULL where what was opened is a file of this user's alone. */
static const char *
own_file_problem(int fd, struct stat *st)
{
	if (fstat(fd, st) != 0 || !S_ISREG(st->st_mode))
		return "the credential file or its lock is not a regular file";
	if (st->st_uid != geteuid())
		return "the credential file or its lock belongs to another "
		       "user";
	if ((st->st_mode & 077) != 0)
		return "others have access to the credential file or its lock";
	return NULL;
}

/* Open and read the file, sealed as it is. */
static const char *
read_sealed(const struct share_file *file, int directory, struct buf *to)
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
	if (why == NULL && st.st_size > SHARE_RECORD_MAX)
		why = "the credential file is too large";
	/* A file never changes once it has its name. */
	if (why == NULL && (!file_read(fd, to) || to->n != (size_t)st.st_size))
		why = "the credential file cannot be read";
	(void)close(fd);
	return why;
}

static const char *
read_in(const struct share_file *file, int directory, struct share_record *to)
{
	struct credential_moment now;
	struct buf sealed;
	const char *why;

	buf_init(&sealed, SHARE_RECORD_MAX);
	why = read_sealed(file, directory, &sealed);
	if (why == NULL && !credential_moment_now(&now))
		why = "the system does not tell one boot from another";
	if (why == NULL)
		why = share_record_open(
		    buf_view(&sealed), &file->identity, &now, to);
	buf_free(&sealed);
	return why;
}

bool
share_file_read(
    const struct share_file *file, struct share_record *to, const char **why)
{
	const int directory = open_share_directory(file);

	*to = (struct share_record){ .secret = { 0 } };
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
is_the_lock(const struct share_file *file, int directory, int lock)
{
	char name[FILE_NAME_SIZE];

	file_name(file, ".lock", name);
	return file_at_is(directory, name, lock);
}

/* 0, with the lock held, or what there is instead of it. */
static int
lock_opened(
    const struct share_file *file, int directory, int lock, const char **why)
{
	struct stat st;

	*why = own_file_problem(lock, &st);
	if (*why != NULL)
		return SHARE_FILE_UNUSABLE;
	if (flock(lock, LOCK_EX | LOCK_NB) == 0)
		return is_the_lock(file, directory, lock) ? 0 : SHARE_FILE_BUSY;
	if (errno == EWOULDBLOCK || errno == EINTR)
		return SHARE_FILE_BUSY;
	*why = "the lock of the credential file cannot be locked";
	return SHARE_FILE_UNUSABLE;
}

static int
try_lock_in(const struct share_file *file, int directory, const char **why)
{
	char name[FILE_NAME_SIZE];
	int lock, result;

	file_name(file, ".lock", name);
	lock = openat(directory, name, O_RDWR | O_CREAT | OPEN_ANY, 0600);
	*why = "the lock of the credential file cannot be opened";
	if (lock < 0)
		return SHARE_FILE_UNUSABLE;
	result = lock_opened(file, directory, lock, why);
	if (result == 0)
		return lock;
	(void)close(lock);
	return result;
}

int
share_file_try_lock(const struct share_file *file, const char **why)
{
	const int directory = open_share_directory(file);
	int lock;

	*why = "the directory of credential files cannot be used";
	if (directory < 0)
		return SHARE_FILE_UNUSABLE;
	lock = try_lock_in(file, directory, why);
	(void)close(directory);
	return lock;
}

void
share_file_unlock(int lock)
{
	(void)close(lock);
}

bool
share_file_lock_stat(const struct share_file *file, struct stat *st)
{
	const int directory = open_share_directory(file);
	char name[FILE_NAME_SIZE];
	bool ok;

	if (directory < 0)
		return false;
	file_name(file, ".lock", name);
	ok = fstatat(directory, name, st, AT_SYMLINK_NOFOLLOW) == 0;
	(void)close(directory);
	return ok;
}

/* ---- Writing ---------------------------------------------------------- */

/* The name beside the file is the lock holder's. */
static bool
replace_share_file(
    const struct share_file *file, int directory, struct apam_str bytes)
{
	char name[FILE_NAME_SIZE], beside[FILE_NAME_SIZE];

	file_name(file, "", name);
	file_name(file, ".new", beside);
	return file_replace(directory, name, beside, bytes, 0600, false);
}

static const char *
write_in(const struct share_file *file, int directory, int lock,
    const struct share_record *record)
{
	struct credential_moment now;
	const char *why = NULL;
	struct buf sealed;

	if (!is_the_lock(file, directory, lock))
		return "the lock of the credential file was replaced";
	if (!credential_moment_now(&now))
		return "the system does not tell one boot from another";
	buf_init(&sealed, SHARE_RECORD_MAX);
	if (!share_record_seal(record, &file->identity, &now, &sealed))
		why = "the credential cannot be sealed";
	else if (!replace_share_file(file, directory, buf_view(&sealed)))
		why = "the credential file cannot be written";
	buf_free(&sealed);
	return why;
}

bool
share_file_write(const struct share_file *file, int lock,
    const struct share_record *record, const char **why)
{
	const int directory = open_share_directory(file);

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
    const struct share_file *file, int directory, struct apam_str secret)
{
	struct share_record record;
	bool is;

	if (read_in(file, directory, &record) != NULL)
		return false;
	is = bytes_equal(buf_view(&record.secret), secret);
	share_record_free(&record);
	return is;
}

static void
forget_one(const struct share_file *file, struct apam_str secret)
{
	const int directory = open_share_directory(file);
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
		share_file_unlock(lock);
	(void)close(directory);
}

void
share_file_forget(const struct share_file *file, struct apam_str secret)
{
	/* A child would hold the lock for as long as it lives. */
	fork_defer();
	forget_one(file, secret);
	fork_permit();
}

static void
forget_in(void *arg, unsigned long uid, int directory)
{
	const struct share_file *file = arg;
	char name[FILE_NAME_SIZE];

	(void)uid;
	file_name(file, "", name);
	(void)unlinkat(directory, name, 0);
}

void
share_file_forget_all(const struct share_file *file)
{
	struct share_file copy = *file;

	user_dir_each(file->state_dir, file->user, forget_in, &copy);
}
