/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which profile claims which origin, for lint: a URL that two profiles claim
 * alike is signed by neither, which no profile shows by itself.
 */
#ifndef CORE_LINT_ORIGINS_H
#define CORE_LINT_ORIGINS_H

#include "config/profile_conf.h"

/* Zeroed: none yet. */
struct lint_origins {
	struct lint_claim *all;
	size_t count, room;
};

/* Note the origins of a profile or draft.  False without memory. */
bool lint_origins_add(
    struct lint_origins *origins, const struct profile *profile);

/* Warn of each origin that a profile claims as one before it does. */
void lint_origins_warn(struct lint_origins *origins, struct problems *all);

/* Leaves none. */
void lint_origins_free(struct lint_origins *origins);

#endif
