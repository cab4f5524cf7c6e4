/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is wrong with the entries of a profile, for `apam lint`.
 */
#ifndef CORE_PROFILE_STACK_LINT_H
#define CORE_PROFILE_STACK_LINT_H

#include "profile/stack.h"

/* Who signs for a profile, where that is an agent. */
struct stack_agent {
	const char *user;	/* its login name */
	uint32_t id;		/* and number; 0: none that can be looked into */
	bool withheld;		/* its secrets are not for who lints */
};

/*
 * Add everything that keeps a profile from being opened, in one pass: where
 * the draft itself was in error its entries are opened all the same.  And
 * what keeps it from sharing credentials, where it is to, and the agent, which
 * may be NULL, from reading its secrets.  The draft stays the caller's.
 */
void stack_lint(struct env *env, struct profile *draft,
    const struct stack_agent *agent, struct problems *all);

#endif
