/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * It uses posix_spawn instead of fork, because the host may have threads and
 * at-fork handlers.
 *
 * _GNU_SOURCE is needed for posix_spawn_file_actions_addclosefrom_np; elsewhere
 * descriptors are closed one by one.
 */
#define _GNU_SOURCE
#include "file/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/privilege.h"

#define VARIABLE_SIZE 600 /* bytes of "NAME=value" */

static void
set_variable(char *to, const char *name, const char *otherwise)
{
	const char *value = trusted_getenv(name);

	if (value == NULL || strlen(name) + strlen(value) + 2 > VARIABLE_SIZE)
		value = otherwise;
	(void)snprintf(to, VARIABLE_SIZE, "%s=%s", name, value);
}

static bool
close_others(posix_spawn_file_actions_t *actions)
{
	const int first = STDERR_FILENO + 1;
#ifdef __GLIBC__
	return posix_spawn_file_actions_addclosefrom_np(actions, first) == 0;
#else
	for (int fd = first; fd < 1024; fd++) {
		if (posix_spawn_file_actions_addclose(actions, fd) != 0)
			return false;
	}
	return true;
#endif
}

static bool
set_files(posix_spawn_file_actions_t *actions, int out)
{
	return posix_spawn_file_actions_addopen(
		   actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0 &&
	    posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO) ==
	    0 &&
	    posix_spawn_file_actions_addopen(
		actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
	    close_others(actions);
}

/* A process group of its own, no signal blocked or ignored. */
static void
set_attributes(posix_spawnattr_t *attributes)
{
	const short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
	    POSIX_SPAWN_SETSIGDEF;
	sigset_t none, all;

	/* None of these fails but for a flag or a signal that there is not. */
	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)posix_spawnattr_setflags(attributes, flags);
	(void)posix_spawnattr_setpgroup(attributes, 0);
	(void)posix_spawnattr_setsigmask(attributes, &none);
	(void)posix_spawnattr_setsigdefault(attributes, &all);
}

bool
spawn_program(char *const argv[], int out, pid_t *pid)
{
	char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
		      "/sbin:/bin";
	char home[VARIABLE_SIZE], lang[VARIABLE_SIZE];
	char *environment[] = { path, home, lang, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	bool ok;

	set_variable(home, "HOME", "/");
	set_variable(lang, "LANG", "C");
	if (posix_spawn_file_actions_init(&actions) != 0)
		return false;
	if (posix_spawnattr_init(&attributes) != 0) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return false;
	}
	set_attributes(&attributes);
	ok = set_files(&actions, out) &&
	    posix_spawn(
		pid, argv[0], &actions, &attributes, argv, environment) == 0;
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return ok;
}
