/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* pipe2 */
#include "lib/child_output.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int
spawn(const char *path, char *const argv[], bool quiet, int output, pid_t *pid)
{
	posix_spawn_file_actions_t to;
	int error = posix_spawn_file_actions_init(&to);

	if (error != 0)
		return error;
	error = posix_spawn_file_actions_adddup2(&to, output, STDOUT_FILENO);
	if (error == 0 && quiet)
		error = posix_spawn_file_actions_addopen(
		    &to, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (error == 0)
		error = posix_spawn(pid, path, &to, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&to);
	return error;
}

FILE *
child_output(const char *path, char *const argv[], bool quiet, pid_t *pid)
{
	FILE *from;
	int ends[2], error;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return NULL;
	from = fdopen(ends[0], "r");
	error = from == NULL ? errno : spawn(path, argv, quiet, ends[1], pid);
	(void)close(ends[1]);
	if (error == 0)
		return from;
	if (from == NULL)
		(void)close(ends[0]);
	else
		(void)fclose(from);
	errno = error;
	return NULL;
}

int
child_wait(pid_t pid)
{
	int how;

	while (waitpid(pid, &how, 0) < 0)
		if (errno != EINTR)
			return -1;
	return how;
}
