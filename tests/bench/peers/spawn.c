/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a program and waiting for its end, whatever its exit status; what
 * it writes is dropped.  argv: STATUS PROGRAM [ARGUMENT...]; STATUS is the one
 * that it must end with.
 */
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peer.h"

extern char **environ;

static char **command;
static int expected;

static void
once(void)
{
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t pid = -1;

	peer_need(
	    posix_spawn_file_actions_init(&actions) == 0, "out of memory");
	(void)posix_spawn_file_actions_addopen(
	    &actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	(void)posix_spawn_file_actions_addopen(
	    &actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	peer_need(posix_spawnp(
		      &pid, command[0], &actions, NULL, command, environ) == 0,
	    "cannot start the program");
	peer_need(waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
		WEXITSTATUS(status) == expected,
	    "the program did not end as expected");
	(void)posix_spawn_file_actions_destroy(&actions);
}

int
main(int argc, char **argv)
{
	peer_need(argc >= 3, "usage: spawn STATUS PROGRAM [ARGUMENT...]");
	expected = atoi(argv[1]);
	command = argv + 2;
	return peer_report(once);
}
