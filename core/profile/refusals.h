/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Telling the audit log that a profile refused to sign.
 */
#ifndef CORE_PROFILE_REFUSALS_H
#define CORE_PROFILE_REFUSALS_H

#include "profile/handle.h"
#include "profile/stack.h"

/* A refusal of the request, not a fault of files, networks or programs. */
bool refusal_is(enum apam_status status);

/*
 * After the profile refused a request with this error; `stack` is what it
 * would have been signed with.  Not with the context's lock held.
 */
void refusal_tell(struct apam_profile *profile, struct stack *stack,
    const struct apam_error *why);

#endif
