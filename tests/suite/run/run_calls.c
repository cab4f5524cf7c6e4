/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Into a copy of apam-run, for tests/suite/run-scarce.sh: which of its calls can
 * fail.
 */
#define _GNU_SOURCE /* accept4 */
#include "faults/scarce.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- Memory ---------------------------------------------------------------- */

FAIL(void *, malloc, NULL, ENOMEM, (size_t n), n)
FAIL(void *, calloc, NULL, ENOMEM, (size_t n, size_t size), n, size)
FAIL(void *, realloc, NULL, ENOMEM, (void *p, size_t n), p, n)
FAIL(char *, strdup, NULL, ENOMEM, (const char *text), text)
FAIL(int, setenv, -1, ENOMEM, (const char *name, const char *value, int over),
    name, value, over)

/* ---- Files ------------------------------------------------------------------ */

FAIL(
    FILE *, fopen, NULL, EMFILE, (const char *path, const char *how), path, how)
FAIL(FILE *, fdopen, NULL, ENOMEM, (int fd, const char *how), fd, how)
FAIL(int, memfd_create, -1, EMFILE, (const char *name, unsigned flags), name,
    flags)
FAIL(int, fchmod, -1, EIO, (int fd, mode_t mode), fd, mode)
FAIL(int, mkdir, -1, ENOSPC, (const char *path, mode_t mode), path, mode)
FAIL(char *, mkdtemp, NULL, ENOSPC, (char *path), path)
FAIL(int, pipe2, -1, EMFILE, (int ends[2], int flags), ends, flags)
FAIL_WAIT(ssize_t, read, -1, EIO, (int fd, void *to, size_t n), fd, to, n)
FAIL_WAIT(
    ssize_t, write, -1, ENOSPC, (int fd, const void *p, size_t n), fd, p, n)

int __real_fcntl(int fd, int what, ...);
int __wrap_fcntl(int fd, int what, ...);
int __real_fclose(FILE *file);
int __wrap_fclose(FILE *file);

/* All that the program asks of it has a number. */
int
__wrap_fcntl(int fd, int what, ...)
{
	va_list more;
	int number;

	va_start(more, what);
	number = va_arg(more, int);
	va_end(more);
	return SCARCE("fcntl", EMFILE, SCARCE_ONCE) ?
	    -1 :
	    __real_fcntl(fd, what, number);
}

/* It is closed all the same. */
int
__wrap_fclose(FILE *file)
{
	const bool fails = SCARCE("fclose", ENOSPC, SCARCE_ONCE);
	const int closed = __real_fclose(file);

	if (fails)
		errno = ENOSPC;
	return fails ? EOF : closed;
}

/* ---- Connections ------------------------------------------------------------- */

FAIL_LOOP(int, socket, -1, EMFILE, (int domain, int type, int protocol), domain,
    type, protocol)
FAIL(int, bind, -1, EADDRINUSE,
    (int fd, const struct sockaddr *at, socklen_t n), fd, at, n)
FAIL(int, listen, -1, EADDRINUSE, (int fd, int most), fd, most)
FAIL(int, getsockname, -1, ENOBUFS, (int fd, struct sockaddr *at, socklen_t *n),
    fd, at, n)
FAIL_LOOP(int, connect, -1, ECONNREFUSED,
    (int fd, const struct sockaddr *at, socklen_t n), fd, at, n)
FAIL_WAIT(int, accept4, -1, EMFILE,
    (int fd, struct sockaddr *at, socklen_t *n, int flags), fd, at, n, flags)
FAIL_WAIT(ssize_t, recv, -1, ECONNRESET,
    (int fd, void *to, size_t n, int flags), fd, to, n, flags)
FAIL_WAIT(ssize_t, send, -1, EPIPE,
    (int fd, const void *p, size_t n, int flags), fd, p, n, flags)
FAIL(ssize_t, getrandom, -1, ENOSYS, (void *to, size_t n, unsigned flags), to,
    n, flags)
FAIL(int, getaddrinfo, EAI_AGAIN, EIO,
    (const char *name, const char *port, const struct addrinfo *hints,
	struct addrinfo **found),
    name, port, hints, found)

/* ---- Processes and threads --------------------------------------------------- */

pid_t __real_fork(void);
pid_t __wrap_fork(void);

pid_t
__wrap_fork(void)
{
	return SCARCE("fork", EAGAIN, SCARCE_ONCE) ? -1 : __real_fork();
}

pid_t __real_waitpid(pid_t pid, int *status, int how);
pid_t __wrap_waitpid(pid_t pid, int *status, int how);

pid_t
__wrap_waitpid(pid_t pid, int *status, int how)
{
	return how == 0 && SCARCE("waitpid", EINTR, SCARCE_WAIT) ?
	    -1 :
	    __real_waitpid(pid, status, how);
}

FAIL_WAIT(
    int, sigwaitinfo, -1, EINTR, (const sigset_t *set, siginfo_t *to), set, to)
FAIL(int, pthread_attr_init, ENOMEM, ENOMEM, (pthread_attr_t * attr), attr)
FAIL(int, pthread_create, EAGAIN, EAGAIN,
    (pthread_t * thread, const pthread_attr_t *attr, void *(*run)(void *),
	void *arg),
    thread, attr, run, arg)
