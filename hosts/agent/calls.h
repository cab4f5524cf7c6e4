/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of apam.h and admin.h that clients make through the agent: check,
 * status, revoke, keys and explain (doc/agent-protocol.md).
 *
 * Whom no rule of a profile names is told that, and no more.  A check is one
 * for all: those who ask while one is under way wait for its end, and what it
 * found is the answer for a while, unless what it depends on changes.
 */
#ifndef HOSTS_AGENT_CALLS_H
#define HOSTS_AGENT_CALLS_H

#include "agent/connection.h"
#include "agent/jobs.h"
#include "agent/uses.h"
#include "api/serve.h"

#define CALLS_WAIT_MS 30000 /* for a program, where the caller does not say */

struct calls {
	struct jobs jobs;
	struct uses uses;
};

/* Free the jobs, and close the uses. */
void calls_close(struct calls *calls);

/*
 * Answer a CALL.  False: it is to be kept, and tried again by calls_again with the
 * same *call.  *wrong: what is wrong with the message, or NULL.
 */
bool calls_take(struct connection *c, const struct frame *message,
    struct serve_call *call, const char **wrong);

/* Try it again; true where it was answered. */
bool calls_again(struct connection *c, const struct frame *message,
    struct serve_call *call);

#endif
