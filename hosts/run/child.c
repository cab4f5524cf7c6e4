/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program stays in the terminal's foreground, and gets what is typed there
 * from the terminal itself.
 */
#define _GNU_SOURCE /* pipe2 */
#include "run/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/say.h"

static sigset_t before;
static bool ignored; /* SIGCHLD, before */

void
child_begin(void)
{
	sigset_t all;

	sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	/* Who ignores it is told of no child's end. */
	ignored = signal(SIGCHLD, SIG_DFL) == SIG_IGN;
}

/* In the child; it tells its parent why it could not run the program. */
static void
become(char *const argv[], pid_t parent, int tell)
{
	int error;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	if (ignored)
		(void)signal(SIGCHLD, SIG_IGN);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	execvp(argv[0], argv);
	error = errno;
	if (write(tell, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

pid_t
child_start(char *const argv[])
{
	const pid_t self = getpid();
	int ends[2], error = 0;
	ssize_t n;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	pid = fork();
	if (pid == 0)
		become(argv, self, ends[1]);
	(void)close(ends[1]);
	if (pid < 0) {
		(void)close(ends[0]);
		return -1;
	}
	do {
		n = read(ends[0], &error, sizeof(error));
	} while (n < 0 && errno == EINTR);
	(void)close(ends[0]);
	if (n != (ssize_t)sizeof(error))
		return pid;
	(void)waitpid(pid, NULL, 0);
	errno = error;
	return -1;
}

/* True where the program has got it already, or it is not for it. */
static bool
is_ours(const siginfo_t *s)
{
	switch (s->si_signo) {
	case SIGCHLD:
	case SIGPIPE:
	case SIGTTIN:
	case SIGTTOU:
		return true;
	case SIGINT:
	case SIGQUIT:
	case SIGTSTP:
	case SIGWINCH:
		return s->si_code == SI_KERNEL;
	default:
		return false;
	}
}

static void
look_at_gateway(pid_t *gateway)
{
	if (*gateway <= 0 || waitpid(*gateway, NULL, WNOHANG) != *gateway)
		return;
	*gateway = 0;
	say("the gateway has ended: what needs a signature is refused from now "
	    "on");
}

int
child_wait(pid_t program, pid_t gateway)
{
	int status = -1;
	sigset_t all;
	siginfo_t s;

	sigfillset(&all);
	while (waitpid(program, &status, WNOHANG) != program) {
		look_at_gateway(&gateway);
		if (sigwaitinfo(&all, &s) < 0 || is_ours(&s))
			continue;
		(void)kill(program, s.si_signo);
		/* A stopped job stops as a whole. */
		if (s.si_signo == SIGTSTP)
			(void)raise(SIGSTOP);
	}
	return status;
}

void
child_end(pid_t pid)
{
	if (pid <= 0)
		return;
	(void)kill(pid, SIGTERM);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}
