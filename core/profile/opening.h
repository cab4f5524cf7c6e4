/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening a profile's stack when it is first used.  One thread opens it, which
 * may run programs that print secrets; the others wait for that thread.
 */
#ifndef CORE_PROFILE_OPENING_H
#define CORE_PROFILE_OPENING_H

#include "profile/handle.h"
#include "profile/stack.h"

/* The stack in use, held, whatever its files say, and open or not. */
struct stack *profile_hold(struct apam_profile *profile);

/*
 * The profile's stack, open and held.  NULL with *err set where it cannot be
 * opened until `deadline` (clock_ms; 0: none): CONFIG, TRUST, SECRET, MODULE,
 * DEADLINE; PENDING: see opening_stack.
 */
struct stack *profile_open(struct apam_profile *profile, int64_t deadline,
    struct apam_error *err);

/*
 * stack_open for this profile.  NULL without a problem added: the program of a
 * secret runs, and it is to be tried again once the loop has landed something.
 */
struct stack *opening_stack(struct apam_profile *profile, struct stack *read,
    int64_t deadline, bool withheld, struct problems *all);

/*
 * True where a profile that was read so is to be opened without its secrets:
 * the agent signs for it, and it has not become this process's own.
 */
bool opening_withholds(struct apam_profile *profile, const struct stack *read);

/* The state of it at the begin, in a child after fork, and at the end. */
void opening_init(struct opening *o);
void opening_free(struct opening *o);

#endif
