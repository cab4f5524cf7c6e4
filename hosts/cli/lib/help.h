/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What --help prints, and which command a misspelt word probably means.
 */
#ifndef HOSTS_CLI_LIB_HELP_H
#define HOSTS_CLI_LIB_HELP_H

#include "lib/command.h"

/* Print the help of the program, or of one command. */
void help_of_program(void);
void help_of(const struct command *command);

/*
 * Find the command that `word` names in the list `all`, which ends with NULL.
 * Returns NULL if there is none.  A subcommand is named without its group's
 * name.
 */
const struct command *help_find(
    const struct command *const *all, const char *word);

/*
 * Report that `word` is not a command in the list `all`.  `group` is NULL for
 * the program's own commands.  Returns STATUS_USAGE.
 */
int help_no_command(const struct command *group,
    const struct command *const *all, const char *word);

#endif
