/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes that end with this one, SIGKILL included, and waiting for them.
 */
#ifndef HOSTS_RUN_CHILD_H
#define HOSTS_RUN_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Run a program, found along PATH, with the signals as they were before
 * child_begin.  -1 with errno set, also where it cannot be run.
 */
pid_t child_start(char *const argv[]);

/*
 * Hold back all signals, so that child_wait takes them; before any thread is
 * started.
 */
void child_begin(void);

/*
 * Wait for `program`, and pass on to it the signals that come meanwhile.  Say so
 * where `gateway` ends before it.  The program's wait status.
 */
int child_wait(pid_t program, pid_t gateway);

/* End a process that this one has started, and wait for it. */
void child_end(pid_t pid);

#endif
