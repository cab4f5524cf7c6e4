/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request is one packet: the arguments, each with its NUL, and two
 * descriptors, the program's output and the guardian's end of the link.  The
 * answer on the link is one packet, too, an int as of waitpid, which is answered
 * by a byte.  Without one the other end is closed: the program cannot be waited
 * for.
 */
#define _GNU_SOURCE /* MSG_CMSG_CLOEXEC, POLLRDHUP, close_range */
#include "file/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/scm_rights.h"
#include "file/spawn.h"

#define REQUEST_MAX 65536 /* bytes of all arguments */
#define PAUSE_MS 10

/* Where requests are sent to, and whose that is; -1: there is no helper. */
static struct {
	int fd;
	pid_t owner;
} runner = { -1, 0 };

/* ---- A guardian --------------------------------------------------------- */

/*
 * True once the program has ended; *how says it.  It is not waited for yet, so
 * that its group can still be killed, and cannot become that of others.
 */
static bool
has_ended(pid_t pid, int *how)
{
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | WNOHANG) != 0)
		return errno == ECHILD;
	if (info.si_pid == 0)
		return false;
	*how = info.si_code == CLD_EXITED ? info.si_status << 8 :
					    info.si_status;
	return true;
}

/* Say how it has ended, once; true if it has. */
static bool
tell_end(pid_t pid, int link, bool told)
{
	int how = 0;

	if (told || !has_ended(pid, &how))
		return told;
	(void)send(link, &how, sizeof(how), MSG_NOSIGNAL);
	return true;
}

/*
 * Wait for the end of the program, and for a byte on the link, which lets go of
 * it.  If the link ends first, all of its group is killed, unless it has become
 * another user's.
 */
static void
guard(pid_t pid, int link, int children)
{
	struct pollfd wait[] = { { .fd = link, .events = POLLIN | POLLRDHUP },
		{ .fd = children, .events = POLLIN } };
	struct signalfd_siginfo news;
	bool told = false;
	char byte;

	for (;;) {
		told = tell_end(pid, link, told);
		if (told && wait[0].fd < 0)
			return;
		if (poll(wait, 2, -1) < 0 && errno != EINTR)
			return;
		if (wait[1].revents != 0 &&
		    read(children, &news, sizeof(news)) < 0)
			return;
		if (wait[0].revents == 0)
			continue;
		if (recv(link, &byte, 1, MSG_DONTWAIT) == 1 ||
		    (kill(-pid, SIGKILL) != 0 && errno == EPERM))
			return;
		wait[0].fd = -1;
	}
}

/* The life of a guardian: a process of its own. */
static void
stand_by(char *const argv[], const int fds[2])
{
	sigset_t child;
	pid_t pid;
	int children;

	(void)signal(SIGCHLD, SIG_DFL);
	(void)sigemptyset(&child);
	(void)sigaddset(&child, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &child, NULL);
	children = signalfd(-1, &child, SFD_CLOEXEC);
	if (children < 0 || !spawn_program(argv, fds[0], &pid))
		return;
	(void)close(fds[0]);
	guard(pid, fds[1], children);
}

/* ---- The helper --------------------------------------------------------- */

/* Take a request apart; false if it is not one. */
static bool
split(char *bytes, size_t n, char *argv[SPAWN_ARGS_MAX + 1])
{
	size_t count = 0;

	if (n == 0 || bytes[n - 1] != '\0')
		return false;
	for (size_t at = 0; at < n; at += strlen(bytes + at) + 1) {
		if (count == SPAWN_ARGS_MAX)
			return false;
		argv[count++] = bytes + at;
	}
	argv[count] = NULL;
	return true;
}

static void
serve_request(int from, char *bytes, size_t n, const int fds[2])
{
	char *argv[SPAWN_ARGS_MAX + 1];

	if (!split(bytes, n, argv) || fork() != 0)
		return;
	(void)close(from);
	stand_by(argv, fds);
	_exit(0);
}

/*
 * False when the process that it helps has ended.  Whatever else fails may
 * succeed in a moment.
 */
static bool
take_request(int from, char *bytes)
{
	struct iovec part = { bytes, REQUEST_MAX };
	union scm_rights room;
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	int fds[2] = { -1, -1 };
	ssize_t n;

	scm_rights_expect(&message, &room);
	n = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
	if (n < 0) {
		(void)poll(NULL, 0, PAUSE_MS);
		return true;
	}
	if (scm_rights_take(&message, fds, 2) == 2)
		serve_request(from, bytes, (size_t)n, fds);
	(void)close(fds[0]);
	(void)close(fds[1]);
	return n > 0;
}

/* What the process was started with, such as sockets, is that process's alone. */
static void
close_others(int keep)
{
	const int first = STDERR_FILENO + 1;
#ifdef __GLIBC__
	if (keep > first)
		(void)close_range((unsigned)first, (unsigned)keep - 1, 0);
	(void)close_range((unsigned)keep + 1, ~0U, 0);
#else
	for (int fd = first; fd < 1024; fd++)
		if (fd != keep)
			(void)close(fd);
#endif
}

/*
 * Guardians are waited for by nobody.  A signal to all processes of a group or of
 * a service is for whom it helps.  `bytes` has room for a request.
 */
static void
help(int from, char *bytes)
{
	static const int unheard[] = { SIGCHLD, SIGHUP, SIGINT, SIGQUIT,
		SIGTERM };

	for (size_t i = 0; i < sizeof(unheard) / sizeof(unheard[0]); i++)
		(void)signal(unheard[i], SIG_IGN);
	close_others(from);
	(void)prctl(PR_SET_NAME, "apamd-exec");
	while (take_request(from, bytes))
		continue;
}

/* ---- Asking it ---------------------------------------------------------- */

/* Its end of the connection to a helper that has begun; -1: there is none. */
static int
begin_helper(char *bytes)
{
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		(void)close(ends[0]);
		help(ends[1], bytes);
		_exit(0);
	}
	(void)close(ends[1]);
	if (pid > 0)
		return ends[0];
	(void)close(ends[0]);
	return -1;
}

bool
runner_start(void)
{
	/* Had here: the helper could tell nobody that it has no memory. */
	char *bytes = malloc(REQUEST_MAX);
	const int fd = bytes == NULL ? -1 : begin_helper(bytes);

	free(bytes);
	if (fd < 0)
		return false;
	runner.fd = fd;
	runner.owner = getpid();
	return true;
}

bool
runner_is_there(void)
{
	return runner.fd >= 0 && runner.owner == getpid();
}

int
runner_descriptor(void)
{
	return runner_is_there() ? runner.fd : -1;
}

bool
runner_has_ended(void)
{
	struct pollfd end = { .fd = runner_descriptor(), .events = POLLIN };

	return end.fd < 0 || poll(&end, 1, 0) > 0;
}

/* Put the arguments together; 0: they are too long. */
static size_t
join(char *const argv[], char *bytes)
{
	size_t n = 0, more;

	for (; *argv != NULL; argv++) {
		more = strlen(*argv) + 1;
		if (more > REQUEST_MAX - n)
			return 0;
		memcpy(bytes + n, *argv, more);
		n += more;
	}
	return n;
}

static bool
send_request(char *bytes, size_t n, const int fds[2])
{
	struct iovec part = { bytes, n };
	union scm_rights room;
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	scm_rights_put(&message, &room, fds, 2);
	return sendmsg(runner.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) ==
	    (ssize_t)n;
}

int
runner_run(char *const argv[], int out)
{
	char *bytes = malloc(REQUEST_MAX);
	const size_t n = bytes == NULL ? 0 : join(argv, bytes);
	int ends[2] = { -1, -1 };
	bool sent = false;

	if (n > 0 &&
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0) {
		sent = send_request(bytes, n, (const int[]){ out, ends[1] });
		(void)close(ends[1]);
	}
	free(bytes);
	if (!sent && ends[0] >= 0)
		(void)close(ends[0]);
	return sent ? ends[0] : -1;
}

int
runner_look(int link, int *how)
{
	const ssize_t n = recv(link, how, sizeof(*how), MSG_DONTWAIT);

	if (n == (ssize_t)sizeof(*how)) {
		(void)send(link, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		return 1;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return -1;
}

bool
runner_end(int link)
{
	return shutdown(link, SHUT_WR) == 0;
}
