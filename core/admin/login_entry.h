/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which entry of a profile a login or a logout is about, and whose login it is.
 */
#ifndef CORE_ADMIN_LOGIN_ENTRY_H
#define CORE_ADMIN_LOGIN_ENTRY_H

#include "profile/handle.h"
#include "profile/stack.h"

struct login_choice {
	int entry;		/* its index; -1: any */
	const char *scheme;	/* or NULL: any */
};

/*
 * The one entry that has a durable secret and is as chosen.  Errors: USAGE if
 * there are several, or there is no such entry; CONFIG if it has no durable
 * secret.
 */
enum apam_status login_entry_choose(struct stack *stack,
    const struct login_choice *choice, struct entry **entry,
    struct apam_error *err);

/*
 * The profile's entries, open with their secrets; held.  What the agent keeps is
 * its user's: a process of that user opens them itself, and no other may.  NULL
 * with *err, which is not NULL, set: POLICY, or why they do not open until
 * `deadline`, clock_ms.
 */
struct stack *login_entries(
    struct apam_profile *profile, int64_t deadline, struct apam_error *err);

#endif
