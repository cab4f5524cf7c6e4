/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The child process.  While it runs, the keyboard's signals are for the child
 * alone, as in system(3).
 */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const int signals[] = { SIGINT, SIGQUIT, SIGPIPE };
#define SIGNALS 3

static void
ignore_signals(struct sigaction saved[SIGNALS])
{
	struct sigaction ignore = { 0 };

	ignore.sa_handler = SIG_IGN;
	sigemptyset(&ignore.sa_mask);
	for (int i = 0; i < SIGNALS; i++)
		(void)sigaction(signals[i], &ignore, &saved[i]);
}

static void
restore_signals(const struct sigaction saved[SIGNALS])
{
	for (int i = 0; i < SIGNALS; i++)
		(void)sigaction(signals[i], &saved[i], NULL);
}

static int
start(char **argv, pid_t *pid)
{
	posix_spawnattr_t attr;
	sigset_t set;
	int error = posix_spawnattr_init(&attr);

	if (error != 0)
		return error;
	sigemptyset(&set);
	for (int i = 0; i < SIGNALS; i++)
		sigaddset(&set, signals[i]);
	/* Ignored by this program for its own files. */
	sigaddset(&set, SIGXFSZ);
	error = posix_spawnattr_setsigdefault(&attr, &set);
	if (error == 0)
		error = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	if (error == 0)
		error = posix_spawnp(pid, argv[0], NULL, &attr, argv, environ);
	(void)posix_spawnattr_destroy(&attr);
	return error;
}

static int
wait_for(pid_t pid)
{
	int state = 0;

	while (waitpid(pid, &state, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
}

/* Run with an open pipe; closes both of its ends. */
static int
run(char **argv, int ends[2], const struct header_text *text)
{
	pid_t pid = -1;
	int error = start(argv, &pid);

	close(ends[0]);
	/* A child that died early shows in its exit status. */
	if (error == 0)
		(void)header_text_write(text, ends[1]);
	close(ends[1]);
	if (error == 0)
		return wait_for(pid);
	errno = error;
	return -1;
}

int
spawn_curl(char **argv, size_t slot, const struct header_text *text)
{
	struct sigaction saved[SIGNALS];
	char where[32];
	int ends[2], code;

	if (pipe(ends) != 0)
		return -1;
	/* The child must not hold the writing end, or it never sees the end. */
	if (fcntl(ends[1], F_SETFD, FD_CLOEXEC) != 0) {
		close(ends[0]);
		close(ends[1]);
		return -1;
	}
	snprintf(where, sizeof(where), "@/dev/fd/%d", ends[0]);
	argv[slot] = where;
	ignore_signals(saved);
	code = run(argv, ends, text);
	restore_signals(saved);
	argv[slot] = NULL;
	return code;
}
