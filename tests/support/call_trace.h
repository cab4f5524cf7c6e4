/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In which order files are written: each call that changes what is on the disk
 * is taken down, and fails if a test wants it to.  The Makefile links the tests
 * that include this with --wrap for each of them.
 *
 * A trace is a line such as "room NAME.next; write NAME.new; sync NAME.new;
 * rename NAME.new NAME; sync /; ", with "/" for a directory.
 */
#ifndef TESTS_CALL_TRACE_H
#define TESTS_CALL_TRACE_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char trace[4096];
/* So many calls succeed, then `trace_failing` fail; -1: all succeed. */
static int trace_left = -1, trace_failing = 1;
static int trace_error = ENOSPC;
static bool trace_kills; /* the process is killed in place of a failure */

static inline void
trace_begin(void)
{
	trace[0] = '\0';
}

static inline void
trace_event(const char *what, const char *which)
{
	const size_t n = strlen(trace);

	(void)snprintf(trace + n, sizeof(trace) - n, "%s %s; ", what, which);
}

/* True, with errno, if this call is to fail. */
static inline bool
trace_fails(void)
{
	if (trace_left < 0 || trace_left-- > 0)
		return false;
	if (trace_kills)
		(void)kill(getpid(), SIGKILL);
	trace_left = --trace_failing > 0 ? 0 : -1;
	errno = trace_error;
	return true;
}

/* The name that an open file has, without its directory. */
static inline void
trace_fd(const char *what, int fd)
{
	char link[64], path[512];
	struct stat st;
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n < 0 ? 0 : n] = '\0';
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		trace_event(what, "/");
	else
		trace_event(what, strrchr(path, '/') + 1);
}

ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_ftruncate(int fd, off_t n);
int __wrap_ftruncate(int fd, off_t n);
int __real_posix_fallocate(int fd, off_t at, off_t n);
int __wrap_posix_fallocate(int fd, off_t at, off_t n);
int __real_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new);

ssize_t
__wrap_write(int fd, const void *p, size_t n)
{
	/* What Check writes is not what is tested. */
	if (fcntl(fd, F_GETFL) < 0 || lseek(fd, 0, SEEK_CUR) < 0)
		return __real_write(fd, p, n);
	trace_fd("write", fd);
	return trace_fails() ? -1 : __real_write(fd, p, n);
}

int
__wrap_fsync(int fd)
{
	trace_fd("sync", fd);
	return trace_fails() ? -1 : __real_fsync(fd);
}

int
__wrap_ftruncate(int fd, off_t n)
{
	trace_fd("cut", fd);
	return trace_fails() ? -1 : __real_ftruncate(fd, n);
}

int
__wrap_posix_fallocate(int fd, off_t at, off_t n)
{
	trace_fd("room", fd);
	return trace_fails() ? trace_error : __real_posix_fallocate(fd, at, n);
}

int
__wrap_renameat(int from, const char *old, int to, const char *new)
{
	char both[256];

	(void)snprintf(both, sizeof(both), "%s %s", old, new);
	trace_event("rename", both);
	return trace_fails() ? -1 : __real_renameat(from, old, to, new);
}

#endif
