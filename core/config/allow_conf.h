/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The option `allow` of a profile, from its file to rules.
 */
#ifndef CORE_CONFIG_ALLOW_CONF_H
#define CORE_CONFIG_ALLOW_CONF_H

#include "config/profile_values.h"

/* The members of one rule, for the profile's table of options. */
#define ALLOW_MEMBERS 7
extern const struct apam_option allow_members[ALLOW_MEMBERS];

/*
 * Make profile->allow of the option's value.  Names of users and groups are
 * looked up here, and nowhere later: what they stand for is as it was when the
 * file was read.  What is wrong is added; a draft keeps the rules all the same.
 */
void allow_read(struct profile *profile, const struct apam_value *value,
    struct problems *all);

#endif
