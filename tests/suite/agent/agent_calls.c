/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Into a copy of apamd, for tests/suite/agent/scarce.sh: which of its calls can
 * fail, those of the core that is in it, too.
 */
#define _GNU_SOURCE /* recvmmsg, accept4 */
#include "faults/scarce.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* ---- Memory ---------------------------------------------------------------- */

FAIL(void *, malloc, NULL, ENOMEM, (size_t n), n)
FAIL(void *, calloc, NULL, ENOMEM, (size_t n, size_t size), n, size)
FAIL(void *, realloc, NULL, ENOMEM, (void *p, size_t n), p, n)
FAIL(void *, reallocarray, NULL, ENOMEM, (void *p, size_t n, size_t size), p, n,
    size)

/* ---- Files ------------------------------------------------------------------ */

FAIL(int, chmod, -1, EROFS, (const char *path, mode_t mode), path, mode)
FAIL(int, flock, -1, ENOLCK, (int fd, int how), fd, how)
FAIL(int, fstatat, -1, EIO,
    (int at, const char *restrict path, struct stat *restrict to, int flags),
    at, path, to, flags)
FAIL(int, fstatfs, -1, EIO, (int fd, struct statfs *to), fd, to)
FAIL(int, lstat, -1, EIO, (const char *restrict path, struct stat *restrict to),
    path, to)
FAIL(int, mkdir, -1, EROFS, (const char *path, mode_t mode), path, mode)
FAIL(DIR *, opendir, NULL, EMFILE, (const char *path), path)
FAIL(int, pipe2, -1, EMFILE, (int ends[2], int flags), ends, flags)
FAIL(int, rename, -1, EROFS, (const char *from, const char *to), from, to)
FAIL_WAIT(ssize_t, read, -1, EIO, (int fd, void *to, size_t n), fd, to, n)
FAIL(ssize_t, pread, -1, EIO, (int fd, void *to, size_t n, off_t at), fd, to, n,
    at)

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_openat(int at, const char *path, int flags, ...);
int __wrap_openat(int at, const char *path, int flags, ...);
int __real_fcntl(int fd, int what, ...);
int __wrap_fcntl(int fd, int what, ...);

/* What follows the flags: there is none, where no file is made. */
static unsigned
mode_in(int flags, va_list more)
{
	return (flags & O_CREAT) != 0 ? va_arg(more, unsigned) : 0;
}

int
__wrap_open(const char *path, int flags, ...)
{
	va_list more;
	unsigned mode;

	va_start(more, flags);
	mode = mode_in(flags, more);
	va_end(more);
	return SCARCE("open", EMFILE, SCARCE_ONCE) ?
	    -1 :
	    __real_open(path, flags, mode);
}

int
__wrap_openat(int at, const char *path, int flags, ...)
{
	va_list more;
	unsigned mode;

	va_start(more, flags);
	mode = mode_in(flags, more);
	va_end(more);
	return SCARCE("openat", EMFILE, SCARCE_ONCE) ?
	    -1 :
	    __real_openat(at, path, flags, mode);
}

/* As the C library takes it: a number or a pointer. */
int
__wrap_fcntl(int fd, int what, ...)
{
	va_list more;
	void *value;

	va_start(more, what);
	value = va_arg(more, void *);
	va_end(more);
	return SCARCE("fcntl", EMFILE, SCARCE_ONCE) ?
	    -1 :
	    __real_fcntl(fd, what, value);
}

/* ---- Connections ------------------------------------------------------------- */

FAIL(int, socket, -1, EMFILE, (int domain, int type, int protocol), domain,
    type, protocol)
FAIL(int, bind, -1, EADDRINUSE,
    (int fd, const struct sockaddr *at, socklen_t n), fd, at, n)
FAIL(int, listen, -1, EADDRINUSE, (int fd, int most), fd, most)
FAIL(int, getsockname, -1, ENOBUFS, (int fd, struct sockaddr *at, socklen_t *n),
    fd, at, n)
FAIL(int, getsockopt, -1, ENOBUFS,
    (int fd, int level, int name, void *to, socklen_t *n), fd, level, name, to,
    n)
FAIL(int, setsockopt, -1, ENOBUFS,
    (int fd, int level, int name, const void *p, socklen_t n), fd, level, name,
    p, n)
FAIL_WAIT(int, accept4, -1, ECONNABORTED,
    (int fd, struct sockaddr *at, socklen_t *n, int flags), fd, at, n, flags)
FAIL_WAIT(ssize_t, recv, -1, ECONNRESET,
    (int fd, void *to, size_t n, int flags), fd, to, n, flags)
FAIL_WAIT(ssize_t, recvmsg, -1, ECONNRESET,
    (int fd, struct msghdr *to, int flags), fd, to, flags)
FAIL_WAIT(int, recvmmsg, -1, ECONNRESET,
    (int fd, struct mmsghdr *to, unsigned n, int flags, struct timespec *t), fd,
    to, n, flags, t)
FAIL_LOOP(ssize_t, sendmsg, -1, ENOBUFS,
    (int fd, const struct msghdr *message, int flags), fd, message, flags)

ssize_t __real_send(int fd, const void *p, size_t n, int flags);
ssize_t __wrap_send(int fd, const void *p, size_t n, int flags);

/* What waits is what wakes the library up. */
ssize_t
__wrap_send(int fd, const void *p, size_t n, int flags)
{
	return (flags & MSG_DONTWAIT) != 0 &&
		SCARCE("send", EPIPE, SCARCE_WAIT) ?
	    -1 :
	    __real_send(fd, p, n, flags);
}

/* ---- Waiting ------------------------------------------------------------------ */

FAIL(int, epoll_create1, -1, EMFILE, (int flags), flags)
FAIL(int, epoll_ctl, -1, ENOSPC,
    (int set, int what, int fd, struct epoll_event *event), set, what, fd,
    event)
FAIL_WAIT(int, epoll_wait, -1, EINTR,
    (int set, struct epoll_event *to, int most, int ms), set, to, most, ms)
FAIL_WAIT(
    int, poll, -1, ENOMEM, (struct pollfd * fds, nfds_t n, int ms), fds, n, ms)
FAIL(int, eventfd, -1, EMFILE, (unsigned start, int flags), start, flags)
FAIL(int, sigaction, -1, EINVAL,
    (int number, const struct sigaction *action, struct sigaction *old), number,
    action, old)
FAIL(int, getrlimit, -1, EPERM, (__rlimit_resource_t what, struct rlimit *to),
    what, to)
