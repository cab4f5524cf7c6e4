/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A helper that starts programs for a process which cannot do so itself any
 * more, as behind a filter of system calls.  It is a child that was forked
 * before, when there were no secrets, and has the same user.  Beside each
 * program stands a guardian, a process as well, which waits for it, and ends it
 * when it is asked to or when nobody is left to ask.  None of them has a
 * descriptor of that process beside the standard ones.
 */
#ifndef CORE_FILE_RUNNER_H
#define CORE_FILE_RUNNER_H

#include <stdbool.h>

/*
 * Start the helper.  Call it once, early, in the only thread and before any
 * secret is read.  It ends with this process.  False with errno set.
 */
bool runner_start(void);

/* True if it was started, in this process. */
bool runner_is_there(void);

/* What becomes readable when it has ended before this process; -1: none. */
int runner_descriptor(void);

/* True where it has, or was never started. */
bool runner_has_ended(void);

/* ---- What program.c has done by it -------------------------------------- */

/*
 * Have it start a program with this standard output.  Returns a socket, the
 * caller's, on which it says how the program has ended; -1: it does not run.
 */
int runner_run(char *const argv[], int out);

/*
 * 1: it has ended, *how is as waitpid says it, and what it started runs on; 0:
 * it runs; -1: it cannot be waited for.
 */
int runner_look(int link, int *how);

/* Have the program killed, with its group. */
bool runner_end(int link);

#endif
