/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking a person before doing something that is hard to undo.
 */
#ifndef HOSTS_CLI_LIB_CONFIRM_H
#define HOSTS_CLI_LIB_CONFIRM_H

#include <stdbool.h>

#include "lib/command.h"

/*
 * Returns true if --yes was given, or if a person at the terminal says yes to
 * `question`.  Otherwise returns false; without a terminal it first prints a
 * line that says to add --yes.
 */
bool confirm(const struct args *args, const char *question);

/* True if there is a terminal on which a person can be asked. */
bool can_confirm(void);

#endif
