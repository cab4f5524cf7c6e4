/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of the system on files that fail in turn.  The Makefile links the tests
 * that include this with --wrap for each of them.
 */
#ifndef TESTS_FAIL_CALL_H
#define TESTS_FAIL_CALL_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* So many calls succeed, and the next one fails; -1: all succeed. */
static int calls_left = -1;
static int call_error = EIO;

static inline bool
call_fails(void)
{
	if (calls_left < 0 || calls_left-- > 0)
		return false;
	errno = call_error;
	return true;
}

/* Allow all from now on.  True if one has failed. */
static inline bool
call_failed(void)
{
	const bool failed = calls_left < 0;

	calls_left = -1;
	return failed;
}

#define FAIL_CALL(type, name, parameters, ...)                                 \
	type __real_##name parameters;                                         \
	type __wrap_##name parameters;                                         \
	type __wrap_##name parameters                                          \
	{                                                                      \
		return call_fails() ? -1 : __real_##name(__VA_ARGS__);         \
	}

FAIL_CALL(ssize_t, read, (int fd, void *to, size_t n), fd, to, n)
FAIL_CALL(ssize_t, pread, (int fd, void *to, size_t n, off_t from), fd, to, n,
    from)
FAIL_CALL(ssize_t, write, (int fd, const void *p, size_t n), fd, p, n)
FAIL_CALL(int, fchmod, (int fd, mode_t mode), fd, mode)
FAIL_CALL(int, fstat, (int fd, struct stat *st), fd, st)
FAIL_CALL(int, mkdirat, (int at, const char *path, mode_t mode), at, path, mode)
FAIL_CALL(int, renameat, (int at, const char *from, int to, const char *name),
    at, from, to, name)
FAIL_CALL(int, utimensat,
    (int at, const char *path, const struct timespec *times, int flags), at,
    path, times, flags)
FAIL_CALL(int, getentropy, (void *to, size_t n), to, n)

/* Fail or succeed, and wait for no disk: only a crash shows the difference. */
static bool syncs_spared;

int __real_fsync(int fd);
int __wrap_fsync(int fd);

int
__wrap_fsync(int fd)
{
	if (call_fails())
		return -1;
	return syncs_spared ? 0 : __real_fsync(fd);
}

int __real_openat(int at, const char *path, int flags, ...);
int __wrap_openat(int at, const char *path, int flags, ...);

int
__wrap_openat(int at, const char *path, int flags, ...)
{
	unsigned mode = 0;
	va_list args;

	if ((flags & O_CREAT) != 0) {
		va_start(args, flags);
		mode = va_arg(args, unsigned);
		va_end(args);
	}
	return call_fails() ? -1 : __real_openat(at, path, flags, mode);
}

#endif
