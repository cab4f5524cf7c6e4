/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The slots of the agent: their pages are given to others (slot/page_file.h).
 * A page goes by the rules as they were when it was made; where the profile's
 * file changes, all who have it lose it.
 *
 * All of it with the context's lock held, in the agent's one thread.
 */
#ifndef CORE_PROFILE_SHARED_SLOT_H
#define CORE_PROFILE_SHARED_SLOT_H

#include "profile/handle.h"
#include "profile/stack.h"

/* A new slot for the stack, which is closed; NULL without memory. */
struct slot *shared_slot_new(const struct stack *stack);

/*
 * Have the profile, which has no slot yet, use the page that an older agent
 * left, where that goes by the rules as they are now; else it is retired.  `fd`
 * is not the caller's any more.  False where it is not used.
 */
bool shared_slot_adopt(struct apam_profile *profile, int fd);

/* True if the slot, which may be NULL, has a page of another counter. */
bool shared_slot_is_over(const struct slot *slot, const struct env *env);

/*
 * The profile has no page any more, which another process writes.  With the
 * context's lock held.
 */
void shared_slot_leave(struct apam_profile *profile);

/* The profile and its stack have no slot any more; a page is retired. */
void shared_slot_drop(struct apam_profile *profile, struct stack *stack);

#endif
