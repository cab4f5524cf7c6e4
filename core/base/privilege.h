/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether this process has more rights than whoever started it: then its
 * environment is not to be believed.
 */
#ifndef CORE_SETID_H
#define CORE_SETID_H

#include <stdbool.h>

/* True in a set-user-id, set-group-id or file-capability program. */
bool process_is_setid(void);

/* getenv, but NULL in such a program. */
const char *trusted_getenv(const char *name);

#endif
