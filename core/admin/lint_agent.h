/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is wrong with the agent and the profiles that it signs for, as far as
 * files and the system's users tell; whether it runs is not asked.
 *
 * The secrets of such a profile are for the agent's user.  Root sees whether that
 * may read them; another user sees nothing of them, and is told so once.
 */
#ifndef CORE_ADMIN_LINT_AGENT_H
#define CORE_ADMIN_LINT_AGENT_H

#include "base/problems.h"
#include "config/main_conf.h"
#include "config/profile_values.h"
#include "profile/stack_lint.h"

struct lint_agent {
	const struct settings *settings;
	struct stack_agent agent;
	const char *no_user;	/* what is wrong with agent_user; NULL */
	bool own;		/* the agent is this user's */
	bool served;		/* the agent signs for a profile, or for all */
	bool required;		/* the agent alone may sign for one of them */
	bool unseen;		/* secrets of one were not looked at */
};

/* Look the agent's user up. */
void lint_agent_begin(struct lint_agent *l, const struct settings *settings);

/* Add what is wrong with a profile's rules, where the agent signs for it. */
void lint_agent_profile(
    struct lint_agent *l, const struct profile *draft, struct problems *all);

/* For stack_lint; NULL: the agent does not sign for it. */
const struct stack_agent *lint_agent_of(
    struct lint_agent *l, const struct profile *draft);

/*
 * Add what is wrong with the agent's options, where it signs for anything; and,
 * where it `runs` here, that it does not.
 */
void lint_agent_end(
    const struct lint_agent *l, bool runs, struct problems *all);

#endif
