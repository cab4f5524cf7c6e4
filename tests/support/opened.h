/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A profile's stack with its entries open, for tests that take an entry into
 * their own hands.
 */
#ifndef TESTS_OPENED_H
#define TESTS_OPENED_H

#include "profile/reload.h"
#include "support/run.h"

/* The stack, open, as long as the profile keeps it; it must open. */
static inline struct stack *
opened(struct apam_profile *profile)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct stack *s = profile_open(profile, 0, &err), *kept = s;

	ck_assert_msg(
	    s != NULL, "%s:%u: %s", err.file, err.line, err.text);
	stack_release(&s);
	ck_assert_ptr_eq(profile->stack, kept);
	return kept;
}

#endif
