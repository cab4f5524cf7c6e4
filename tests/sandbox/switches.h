/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The switches of each provider: points where providers differ, or where the
 * documents are silent. Each has a fixed list of values; the first is the
 * default, which is what wire-facts and the real server are known to do.
 * Callers hold the sandbox's lock.
 */
#ifndef SANDBOX_SWITCHES_H
#define SANDBOX_SWITCHES_H

#include "request.h"

/* Sets every switch to its default. */
void switches_reset(void);

/* Sets one; false when the provider has no such switch or value. */
bool switch_set(enum provider provider, const char *name, const char *value);

/* The present value; "" when there is no such switch. */
const char *switch_get(enum provider provider, const char *name);

/* Whether the present value is VALUE. */
bool switch_is(enum provider provider, const char *name, const char *value);

/* Every switch, its value and its choices, as a JSON array. */
json_t *switches_json(void);

#endif
