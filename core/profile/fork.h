/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fork: parent and child both keep working, at any moment.
 *
 * Before the fork all locks of all contexts are taken, so that nobody is in
 * the middle of anything.  The child starts over without the parent's thread,
 * connections and flights; credentials it keeps.
 */
#ifndef CORE_PROFILE_FORK_H
#define CORE_PROFILE_FORK_H

#include <time.h>

#include "profile/handle.h"

/* From now on, until unwatched, a context survives fork. */
void fork_watch(struct apam *ctx);
void fork_unwatch(struct apam *ctx);

/*
 * Visit all contexts that are watched, none of which closes meanwhile, by the
 * time `until` of CLOCK_REALTIME; nothing where that is not possible by then.
 */
void fork_each(void (*visit)(struct apam *ctx, const struct timespec *until),
    const struct timespec *until);

#endif
