/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What --help prints, and which command a misspelt word most likely means.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "lib/command.h"

/* Print the help of the program, or of one command. */
void help_of_program(void);
void help_of(const struct command *command);

/*
 * The command that `word` names among `all`, NULL at the end; or NULL.  Of a
 * group's commands the group's name is left out.
 */
const struct command *help_find(
    const struct command *const *all, const char *word);

/* Report that `word` is none of `all`, a group's or, NULL, the program's. */
int help_no_command(const struct command *group,
    const struct command *const *all, const char *word);

#endif
