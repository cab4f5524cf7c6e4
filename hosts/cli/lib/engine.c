/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In the build tree such a program lies beside apam; what is installed has it
 * among the internal objects, where nobody takes it for a command.
 */
#include "lib/engine.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/beside.h"
#include "lib/report.h"

extern char **environ;

static bool
find(const char *name, char to[BESIDE_PATH_SIZE])
{
	char installed[256];

	snprintf(installed, sizeof(installed), "internal/%s", name);
	return beside_find(name, installed, X_OK, to);
}

/* Start it with a pipe for its output; the end to read from, or -1. */
static int
start(const char *path, char **argv, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int ends[2], error;

	if (pipe(ends) != 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	error = posix_spawn(pid, path, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	(void)close(ends[1]);
	if (error == 0)
		return ends[0];
	(void)close(ends[0]);
	errno = error;
	return -1;
}

static void
read_lines(int fd, void (*line)(void *arg, char *text), void *arg)
{
	FILE *from = fdopen(fd, "r");
	char *text = NULL;
	size_t size = 0;
	ssize_t n;

	if (from == NULL) {
		(void)close(fd);
		return;
	}
	while ((n = getline(&text, &size, from)) > 0) {
		if (text[n - 1] == '\n')
			text[n - 1] = '\0';
		line(arg, text);
	}
	free(text);
	(void)fclose(from);
}

int
engine_run(const char *name, char **argv, void (*line)(void *arg, char *text),
    void *arg)
{
	char path[BESIDE_PATH_SIZE];
	int fd, how = 0;
	pid_t pid;

	if (!find(name, path)) {
		complain("%s is not installed: install apam again, with its "
			 "development files",
		    name);
		return -1;
	}
	argv[0] = path;
	fd = start(path, argv, &pid);
	if (fd < 0) {
		complain("%s cannot be run: %s", name, strerror(errno));
		return -1;
	}
	read_lines(fd, line, arg);
	while (waitpid(pid, &how, 0) < 0)
		if (errno != EINTR)
			return -1;
	if (WIFEXITED(how))
		return WEXITSTATUS(how);
	complain(
	    "%s was ended by signal %d: this is a fault of apam; report it "
	    "with what the module is",
	    name, WTERMSIG(how));
	return -1;
}

void
engine_become(const char *name, char **argv)
{
	char path[BESIDE_PATH_SIZE];

	if (!find(name, path)) {
		complain("%s is not there: install apam again", name);
		return;
	}
	argv[0] = path;
	execv(path, argv);
	complain("%s cannot be run: %s", path, strerror(errno));
}
