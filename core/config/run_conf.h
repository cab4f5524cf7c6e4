/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The option `run` of a profile, from its file to the variables that `apam run`
 * sets for a program: placeholders for keys, where the program does not start
 * without one.  They are not secrets, and the request's signature replaces them.
 */
#ifndef CORE_CONFIG_RUN_CONF_H
#define CORE_CONFIG_RUN_CONF_H

#include "config/profile_values.h"

/* The members of the group, for the profile's table of options. */
#define RUN_MEMBERS 1
extern const struct apam_option run_members[RUN_MEMBERS];

#define RUN_VALUE_MAX 256 /* bytes of one variable's value */

/*
 * Make profile->run of the option's value.  What is not a placeholder is added
 * as a problem: a reference to a secret, which nobody reads here; what looks like
 * a secret; a name that is not one of a variable (POSIX, 8.1), or one that says
 * how programs run or where they send.
 */
void run_conf_read(struct profile *profile, const struct apam_value *value,
    struct problems *all);

/* The line of variable `i` in the profile's file. */
unsigned run_conf_line(const struct profile *profile, size_t i);

#endif
