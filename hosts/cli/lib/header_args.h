/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All headers that a command was given.
 */
#ifndef HOSTS_CLI_LIB_HEADER_ARGS_H
#define HOSTS_CLI_LIB_HEADER_ARGS_H

#include "lib/command.h"

/*
 * Read each flag "header" of a command.  Returns the exit status, and says what
 * is wrong.  The caller frees *headers, which has room for one more, in any
 * case.  They are views of the arguments.
 */
int header_args(const struct command *command, const struct args *args,
    struct apam_header **headers, size_t *count);

#endif
