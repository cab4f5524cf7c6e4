/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking the agent, and waiting for the answer: the thread has a connection of
 * its own meanwhile (flow_pool.h).  Nothing here knows what is asked.
 *
 * A question whose connection breaks is asked again, within its deadline, while
 * the agent may be back soon (availability.h).
 */
#ifndef CORE_SERVED_ASK_BLOCKING_H
#define CORE_SERVED_ASK_BLOCKING_H

#include "served/served_state.h"

/*
 * Ask, and wait for the answer until `deadline`, clock_ms.  `hurry`: do not
 * wait for an agent that may be back soon.  Errors, in *err, but for ANSWERED:
 * NETWORK, DEADLINE, TRUST, CONFIG, MEMORY, or what the agent refused with.
 */
enum served_end ask_blocking(struct served *s, struct ask *ask,
    int64_t deadline, bool hurry, struct apam_error *err);

#endif
