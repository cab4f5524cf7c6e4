/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether this process has more rights than the user who started it.  If so,
 * its environment must not be trusted.
 */
#ifndef CORE_BASE_PRIVILEGE_H
#define CORE_BASE_PRIVILEGE_H

#include <stdbool.h>

/*
 * True in a program that is set-user-id, set-group-id or has file capabilities.
 */
bool process_is_setid(void);

/* getenv, but NULL in such a program. */
const char *trusted_getenv(const char *name);

#endif
