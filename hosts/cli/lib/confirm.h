/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking a person before something that is hard to undo.
 */
#ifndef CLI_CONFIRM_H
#define CLI_CONFIRM_H

#include <stdbool.h>

#include "lib/command.h"

/*
 * True with --yes, or where a person on the terminal says yes to `question`.
 * Otherwise false; off a terminal with a line that says to add --yes.
 */
bool confirm(const struct args *args, const char *question);

/* True where there is somebody to ask. */
bool can_confirm(void);

#endif
