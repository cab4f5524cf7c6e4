/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of apam.h and admin.h about a profile that the agent serves.
 */
#ifndef CORE_API_THROUGH_AGENT_H
#define CORE_API_THROUGH_AGENT_H

#include "profile/stack.h"
#include "served/served_fetch.h"

/*
 * Ask the agent, where it has the secrets of the profile: true, and *status
 * says how it ended, with *err, which is not NULL.  False where this process is
 * to do it itself: with "prefer" *stack is then another one, with secrets,
 * because there is no agent.  `what` need not have the profile's name.
 */
bool through_agent(struct apam_profile *profile, struct stack **stack,
    const struct served_fetch *what, enum apam_status *status,
    struct apam_error *err);

#endif
