/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * This agent takes the place of the one that serves at its socket (`--replace`);
 * agent/handover.h is what the other one does.  What that hands over can be taken
 * from passed.h then, as if a service manager had kept it.
 */
#ifndef HOSTS_AGENT_TAKEOVER_H
#define HOSTS_AGENT_TAKEOVER_H

#include <apam/apam.h>

#include "agent/link_connect.h"
#include "agent/options.h"

/* How long it is tried to find an agent that hands over. */
#define TAKEOVER_MS 60000

struct takeover {
	struct link link;
	int64_t deadline;	/* clock_ms */
	bool found;		/* there was one */
};

/*
 * Ask the agent at this socket.  It waits until takeover_end, or until this
 * process ends, for HANDOVER_MS: all that can fail is done between.  AGENT_DONE
 * also where none serves there.  Else what to end with, and why.
 */
enum agent_exit takeover_begin(
    struct takeover *t, const char *socket, char why[APAM_TEXT_SIZE]);

/*
 * This agent serves from here on: the other one has heard so, or was killed.
 * False where that goes on, since it has not waited so long.  True where there
 * was none.  Until here this agent has changed nothing of what was handed over.
 */
bool takeover_end(struct takeover *t);

/* What was handed over is in use; the other one, which had waited, ends. */
void takeover_served(struct takeover *t);

/* Close the connection, if there is one. */
void takeover_drop(struct takeover *t);

#endif
