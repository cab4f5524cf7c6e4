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
 * The line that tells of a refusal with this error, and which key it was, whose
 * id is written to `key_id`.  Views are of *why and the stack.
 */
struct audit_event refusal_event(const struct stack *stack,
    const struct apam_error *why, char key_id[APAM_KEY_ID_SIZE]);

/*
 * After the profile refused a request with this error; `stack` is what it
 * would have been signed with.  Not with the context's lock held.
 */
void refusal_tell(struct apam_profile *profile, struct stack *stack,
    const struct apam_error *why);

#endif
