/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of a whole process: what `apam headers` costs a shell script.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent_servers.h"
#include "bench.h"

extern char **environ;

int
spawn_and_wait(char *const argv[], double *ns)
{
	posix_spawn_file_actions_t actions;
	double start = now_ns();
	int status = -1;
	pid_t pid = -1;

	need(posix_spawn_file_actions_init(&actions) == 0, "out of memory");
	(void)posix_spawn_file_actions_addopen(
	    &actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	(void)posix_spawn_file_actions_addopen(
	    &actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	need(posix_spawn(&pid, argv[0], &actions, NULL, argv, environ) == 0,
	    "cannot start a program");
	need(waitpid(pid, &status, 0) == pid, "cannot wait for a program");
	(void)posix_spawn_file_actions_destroy(&actions);
	*ns = now_ns() - start;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
headers_by(const char *file, char *profile, double *ns)
{
	static char program[256], config[512];
	static char option[] = "-c", command[] = "headers";
	static char url[] = "https://api.example.com/v1/things";
	char *argv[] = { program, option, config, command, profile, url, NULL };

	(void)snprintf(program, sizeof(program), "%s/apam", site_build());
	(void)snprintf(config, sizeof(config), "%s", site_path(file));
	return spawn_and_wait(argv, ns);
}

int
apam_headers(char *profile, double *ns)
{
	return headers_by("apam.conf", profile, ns);
}

double
sample_apam(void *arg)
{
	double ns;

	need(apam_headers(arg, &ns) == 0, "apam headers failed");
	return ns;
}

static double
sample_raw(const char *name)
{
	static char program[256];
	char *argv[] = { program, NULL };
	double ns;

	(void)snprintf(
	    program, sizeof(program), "%s/bench/%s", site_build(), name);
	need(spawn_and_wait(argv, &ns) == 0, "a raw program failed");
	return ns;
}

double
sample_empty(void *arg)
{
	(void)arg;
	return sample_raw("empty");
}

double
sample_openssl(void *arg)
{
	(void)arg;
	return sample_raw("openssl");
}

static double
sample_agent(void *arg)
{
	double ns;

	need(headers_by("agent.conf", arg, &ns) == 0, "apam headers failed");
	return ns;
}

void
run_agent_process(struct result *result)
{
	static char name[] = "bearer";
	const struct work ours = { sample_agent, name };
	const struct work raw = { sample_empty, NULL };

	agent_start();
	measure(&ours, &raw, 201, result);
}

void
run_process(struct result *result)
{
	static char name[] = "bearer";
	const struct work ours = { sample_apam, name };
	const struct work raw = { sample_empty, NULL };

	measure(&ours, &raw, 201, result);
}
