/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which entry of a profile a command is about: --entry N or --scheme SCHEME.
 */
#ifndef HOSTS_CLI_LIB_ENTRY_ARG_H
#define HOSTS_CLI_LIB_ENTRY_ARG_H

#include "lib/command.h"

/*
 * Read both: *entry from 0, or -1, and *scheme, or NULL.  Returns STATUS_DONE,
 * or has said what is wrong.
 */
int entry_arg(const struct command *command, const struct args *args,
    int *entry, const char **scheme);

#endif
