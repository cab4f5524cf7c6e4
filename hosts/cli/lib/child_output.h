/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program of apam's own whose output is read.
 */
#ifndef HOSTS_CLI_LIB_CHILD_OUTPUT_H
#define HOSTS_CLI_LIB_CHILD_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * Start the program at `path`, with a pipe for its output, and without its errors
 * where it is `quiet`.  What it prints is to be read until its end; then close it
 * and call child_wait.  NULL, with errno, where it could not be begun.
 */
FILE *child_output(
    const char *path, char *const argv[], bool quiet, pid_t *pid);

/* Wait for its end.  As waitpid says how it ended; -1 where that is not known. */
int child_wait(pid_t pid);

#endif
