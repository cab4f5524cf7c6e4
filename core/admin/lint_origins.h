/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding origins that two profiles claim, for lint.  A URL that two profiles
 * claim alike is signed by neither, which no profile shows by itself.
 */
#ifndef CORE_ADMIN_LINT_ORIGINS_H
#define CORE_ADMIN_LINT_ORIGINS_H

#include "config/profile_conf.h"

/* Zeroed: there are none yet. */
struct lint_origins {
	struct lint_claim *all;
	size_t count, room;
};

/* Note the origins of a profile or draft.  False if out of memory. */
bool lint_origins_add(
    struct lint_origins *origins, const struct profile *profile);

/* Warn of each origin that a profile shares with one added before it. */
void lint_origins_warn(struct lint_origins *origins, struct problems *all);

/* Free them; there are none then. */
void lint_origins_free(struct lint_origins *origins);

#endif
