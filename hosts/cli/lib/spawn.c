/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The child process.  While it runs, only the child reacts to the keyboard's
 * signals, as in system(3).
 */
#include "lib/spawn.h"

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
start_child(char **argv, pid_t *pid)
{
	posix_spawnattr_t attr;
	sigset_t set;
	int error = posix_spawnattr_init(&attr);

	if (error != 0)
		return error;
	sigemptyset(&set);
	for (int i = 0; i < SIGNALS; i++)
		sigaddset(&set, signals[i]);
	/* This program ignores it for its own files; the child must not. */
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

/* The pipe of an input, and the argument that names it. */
struct feed {
	int ends[2];
	char where[32];
};

static void
close_feeds(struct feed *feeds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		close(feeds[i].ends[0]);
		close(feeds[i].ends[1]);
	}
}

static bool
open_feeds(struct feed *feeds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (pipe(feeds[i].ends) != 0) {
			close_feeds(feeds, i);
			return false;
		}
		/*
		 * A child with a copy of this end would never see the input's
		 * end.
		 */
		if (fcntl(feeds[i].ends[1], F_SETFD, FD_CLOEXEC) != 0) {
			close_feeds(feeds, i + 1);
			return false;
		}
		snprintf(feeds[i].where, sizeof(feeds[i].where), "@/dev/fd/%d",
		    feeds[i].ends[0]);
	}
	return true;
}

/* Run the program with open pipes, and close them. */
static int
run_child(char **argv, const struct spawn_input *inputs, struct feed *feeds,
    size_t count)
{
	pid_t pid = -1;
	int error = start_child(argv, &pid);

	for (size_t i = 0; i < count; i++)
		close(feeds[i].ends[0]);
	for (size_t i = 0; i < count; i++) {
		/* If the child died early, its exit status says so. */
		if (error == 0)
			(void)write_all(feeds[i].ends[1], inputs[i].bytes);
		close(feeds[i].ends[1]);
	}
	if (error == 0)
		return wait_for(pid);
	errno = error;
	return -1;
}

int
spawn_curl(char **argv, const struct spawn_input *inputs, size_t count)
{
	struct sigaction saved[SIGNALS];
	struct feed feeds[SPAWN_INPUTS];
	int code;

	if (!open_feeds(feeds, count))
		return -1;
	for (size_t i = 0; i < count; i++)
		argv[inputs[i].slot] = feeds[i].where;
	ignore_signals(saved);
	code = run_child(argv, inputs, feeds, count);
	restore_signals(saved);
	for (size_t i = 0; i < count; i++)
		argv[inputs[i].slot] = NULL;
	return code;
}
