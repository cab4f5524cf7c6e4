/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that prints something and ends (file/spawn.h): a child, or the
 * helper's where this process has one (file/runner.h).
 */
#ifndef CORE_FILE_PROGRAM_H
#define CORE_FILE_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

struct program {
	pid_t pid; /* -1: it has ended, was given up, or is the helper's */
	pid_t parent; /* whose child it is */
	int link; /* the helper says there how it has ended; -1: a child */
};

#define PROGRAM_NONE                                                           \
	{                                                                      \
		-1, 0, -1                                                      \
	}

enum program_state {
	PROGRAM_RUNS,
	PROGRAM_ENDED,
	PROGRAM_LOST /* how it has ended is not known, or there is none */
};

/*
 * Start it, as spawn_program does.  The caller keeps forks away meanwhile
 * (base/fork_gate.h).  False if it cannot be started.
 */
bool program_start(struct program *p, char *const argv[], int out);

/* Whether it has ended; *how is then as waitpid says it. */
enum program_state program_look(struct program *p, int *how);

/*
 * Kill what still runs, with its group; false where it cannot be waited for: it
 * is not this process's, or changed its user, as sudo does, and runs on.
 */
bool program_kill(const struct program *p);

/* Forget it; what runs, runs on, unless it is the helper's, who ends it. */
void program_leave(struct program *p);

#endif
