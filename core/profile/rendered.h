/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The signature that a shared slot holds (slot/slot.h), for the agent itself,
 * which would sign with the whole stack and get the same one.
 */
#ifndef CORE_PROFILE_RENDERED_H
#define CORE_PROFILE_RENDERED_H

#include "profile/stack_sign.h"

struct slot;

/*
 * Take what the slot, which may be NULL, holds for each request of its profile.
 * The request is the profile's, and its caller may have it signed: that was
 * looked at before.  For the thread that writes the slot.
 *
 * False with nothing taken, where the slot is not shared, not good any more, or
 * adds parameters, which depend on the URL.  After true signing_check says
 * whether memory ran out.
 */
bool rendered_take(const struct slot *slot, struct stack_result *result);

#endif
