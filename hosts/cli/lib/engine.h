/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs of apam's own that do the work of a command and say a line for each
 * thing that they have done.
 */
#ifndef HOSTS_CLI_LIB_ENGINE_H
#define HOSTS_CLI_LIB_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Run the program `name` with the arguments argv[1] and on, ended by NULL;
 * argv[0] is set here.  `line` is called with each line of its standard output,
 * without the newline.  It is the one beside this program, or else the one that
 * was installed with it.  Returns its exit status, or -1, and has then said
 * why: it is not there, cannot be run, or a signal ended it.
 */
int engine_run(const char *name, char **argv,
    void (*line)(void *arg, char *text), void *arg);

/*
 * Become the program `name`, found likewise.  argv[0] is set here.  Returns only
 * where that fails, and has then said why.
 */
void engine_become(const char *name, char **argv);

#endif
