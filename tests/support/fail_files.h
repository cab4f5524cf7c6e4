/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * More calls of the system that fail in turn, beside those of fail_call.h: of
 * names, directories, locks and mappings.  The Makefile links the tests that
 * include this with --wrap for all of both.
 */
#ifndef TESTS_FAIL_FILES_H
#define TESTS_FAIL_FILES_H

#include <dirent.h>
#include <sys/file.h>
#include <sys/mman.h>

#include "support/fail_call.h"

FAIL_CALL(int, stat, (const char *path, struct stat *st), path, st)
FAIL_CALL(int, lstat, (const char *path, struct stat *st), path, st)
FAIL_CALL(int, fstatat, (int at, const char *path, struct stat *st, int flags),
    at, path, st, flags)
FAIL_CALL(int, access, (const char *path, int how), path, how)
FAIL_CALL(int, fchown, (int fd, uid_t uid, gid_t gid), fd, uid, gid)
FAIL_CALL(int, fchmodat, (int at, const char *path, mode_t mode, int flags), at,
    path, mode, flags)
FAIL_CALL(int, unlinkat, (int at, const char *path, int flags), at, path, flags)
FAIL_CALL(int, ftruncate, (int fd, off_t n), fd, n)
FAIL_CALL(int, flock, (int fd, int how), fd, how)

/* As Linux does, the descriptor is closed all the same. */
int __real_close(int fd);
int __wrap_close(int fd);

int
__wrap_close(int fd)
{
	const bool fails = call_fails();
	const int done = __real_close(fd);

	if (fails)
		errno = call_error;
	return fails ? -1 : done;
}

void *__real_mmap(void *at, size_t n, int prot, int how, int fd, off_t from);
void *__wrap_mmap(void *at, size_t n, int prot, int how, int fd, off_t from);

void *
__wrap_mmap(void *at, size_t n, int prot, int how, int fd, off_t from)
{
	return call_fails() ? MAP_FAILED :
			      __real_mmap(at, n, prot, how, fd, from);
}

DIR *__real_fdopendir(int fd);
DIR *__wrap_fdopendir(int fd);

DIR *
__wrap_fdopendir(int fd)
{
	return call_fails() ? NULL : __real_fdopendir(fd);
}

struct dirent *__real_readdir(DIR *list);
struct dirent *__wrap_readdir(DIR *list);

struct dirent *
__wrap_readdir(DIR *list)
{
	return call_fails() ? NULL : __real_readdir(list);
}

#endif
