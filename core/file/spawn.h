/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A child that is a program which prints something.
 */
#ifndef CORE_FILE_SPAWN_H
#define CORE_FILE_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#define SPAWN_ARGS_MAX 32 /* with the program */

/*
 * Start argv[0], an absolute path, which the caller trusts, without a shell.  It
 * gets `out` as standard output, /dev/null for the other two, no other
 * descriptor, and an environment of PATH, HOME and LANG.  It leads a process
 * group, so that the processes it started can be ended with it.  False if it
 * cannot be started, else *pid is the child.
 */
bool spawn_program(char *const argv[], int out, pid_t *pid);

#endif
