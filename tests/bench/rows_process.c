/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of a whole process: what `apam headers` costs a shell script.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

extern char **environ;

static double
spawn_and_wait(char *const argv[])
{
	posix_spawn_file_actions_t actions;
	double start = now_ns();
	int status = -1;
	pid_t pid = -1;

	need(posix_spawn_file_actions_init(&actions) == 0 &&
		posix_spawn_file_actions_addopen(
		    &actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
		posix_spawn(&pid, argv[0], &actions, NULL, argv, environ) == 0,
	    "cannot start a program");
	need(waitpid(pid, &status, 0) == pid && status == 0,
	    "a program that was started failed");
	(void)posix_spawn_file_actions_destroy(&actions);
	return now_ns() - start;
}

/* `apam headers`; `arg` is the profile's name. */
static double
sample_apam(void *arg)
{
	static char program[256], config[512];
	static char option[] = "-c", command[] = "headers";
	static char url[] = "https://api.example.com/v1/things";
	char *argv[] = { program, option, config, command, arg, url, NULL };

	(void)snprintf(program, sizeof(program), "%s/apam", site_build());
	(void)snprintf(config, sizeof(config), "%s", site_path("apam.conf"));
	return spawn_and_wait(argv);
}

static double
sample_empty(void *arg)
{
	static char program[256];
	char *argv[] = { program, NULL };

	(void)arg;
	(void)snprintf(
	    program, sizeof(program), "%s/bench/empty", site_build());
	return spawn_and_wait(argv);
}

void
run_process(struct result *result)
{
	static char name[] = "bearer";
	const struct work ours = { sample_apam, name };
	const struct work raw = { sample_empty, NULL };

	measure(&ours, &raw, 201, result);
}
