/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a placeholder for programs (`run`, config/run_conf.h) is a secret of
 * the profile's after all.
 */
#ifndef CORE_PROFILE_PLACEHOLDERS_H
#define CORE_PROFILE_PLACEHOLDERS_H

#include "base/problems.h"
#include "config/profile_conf.h"
#include "entry/entry.h"

/*
 * Add each that is a secret of one of the entries, which are open.  False if
 * there is one.  Where this process has no secrets, since the agent has them,
 * nothing is found.
 */
bool placeholders_check(const struct profile *profile,
    const struct entry *entries, size_t count, struct problems *all);

#endif
