/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In the build tree such a program lies beside apam; what is installed has it
 * among the internal objects, where nobody takes it for a command.
 */
#include "lib/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/beside.h"
#include "lib/child_output.h"
#include "lib/report.h"

static bool
find(const char *name, char to[BESIDE_PATH_SIZE])
{
	char installed[256];

	snprintf(installed, sizeof(installed), "internal/%s", name);
	return beside_find(name, installed, X_OK, to);
}

/* False with errno set, where they could not be read to their end. */
static bool
read_lines(FILE *from, void (*line)(void *arg, char *text), void *arg)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t n;
	bool whole;

	errno = 0;
	while ((n = getline(&text, &size, from)) > 0) {
		if (text[n - 1] == '\n')
			text[n - 1] = '\0';
		line(arg, text);
	}
	whole = feof(from) != 0;
	free(text);
	return whole;
}

int
engine_run(const char *name, char **argv, void (*line)(void *arg, char *text),
    void *arg)
{
	char path[BESIDE_PATH_SIZE];
	FILE *from;
	pid_t pid;
	int how, error = 0;

	if (!find(name, path)) {
		complain("%s is not installed: install apam again, with its "
			 "development files",
		    name);
		return -1;
	}
	argv[0] = path;
	from = child_output(path, argv, false, &pid);
	if (from == NULL) {
		complain("%s cannot be run: %s", name, strerror(errno));
		return -1;
	}
	if (!read_lines(from, line, arg))
		error = errno;
	(void)fclose(from);
	how = child_wait(pid);
	if (error != 0)
		complain(
		    "what %s says cannot be read: %s", name, strerror(error));
	if (how == -1 || error != 0)
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
