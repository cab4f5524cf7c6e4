/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One variable of this process's environment.
 */
#ifndef HOSTS_RUN_VARIABLE_H
#define HOSTS_RUN_VARIABLE_H

#include <stdbool.h>

/* Set it.  False, with a complaint. */
bool variable_set(const char *name, const char *value);

/* The value of the first of two variables that is set and not empty, or "". */
const char *variable_either(const char *name, const char *other);

#endif
