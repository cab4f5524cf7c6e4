/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which signature may go into the profile's slot (slot/slot.h), and for how
 * long: one that depends on nothing but a cached credential.
 */
#ifndef CORE_PROFILE_WARM_H
#define CORE_PROFILE_WARM_H

#include "profile/handle.h"
#include "profile/stack_sign.h"

/*
 * Let the next signature with this credential take the short way, where that
 * may be.  `stack` is what the result was signed with.
 */
void profile_warm(struct apam_profile *profile, struct stack *stack,
    struct stack_result *result);

/*
 * Open the stack's slot, if it has one, with what was just signed, where that
 * was plain: one static, sufficient entry that is still good.  `check_at`
 * (clock_ms) is when files are to be looked at again.  With the context's lock
 * held.
 */
void warm_open(struct stack *stack, const struct stack_result *result,
    int64_t check_at);

#endif
