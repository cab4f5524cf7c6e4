/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another agent takes the place of this one: `apamd --replace`
 * (agent/takeover.h).  It asks by a message, as a client, and is handed what a
 * service manager would keep: the listening sockets, the lock, and the pages.
 * Meanwhile this agent does nothing else, so that no page is written by both.
 *
 * At each moment one of the two serves, whichever is killed or stands still.  It
 * is the other one from when it has sent TAKEN.  Where that does not come, this
 * agent first has the system refuse it from then on, then says KEPT, and goes
 * on.  The other one, whose TAKEN is refused, so serves unless it hears KEPT.
 * This agent ends when it hears SERVES, and goes on where the other one ends
 * between.
 */
#ifndef HOSTS_AGENT_HANDOVER_H
#define HOSTS_AGENT_HANDOVER_H

#include "agent/connection.h"
#include "agent/message.h"

/* For how long this agent waits for the other. */
#define HANDOVER_MS 10000

/* The names by which descriptors are handed; those of pages are pages.h's. */
#define HANDED_SOCKET "agent.socket"
#define HANDED_LOCK "agent.lock"
#define HANDED_METRICS "agent.metrics." /* and where it listens */

/*
 * A client asks to take this agent's place.  Refused, with an answer, unless it
 * is root or the agent's own user, outside of containers, and the sockets are this
 * agent's to give; else handover_turn goes on with it.  What is wrong with the message, or NULL.
 */
const char *handover_ask(struct connection *c, const struct frame *message);

/* Hand over, where somebody has asked: the server is ending then. */
void handover_turn(struct server *server);

#endif
