/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking messages from a connection to the agent.
 */
#ifndef CORE_AGENT_LINK_RECEIVE_H
#define CORE_AGENT_LINK_RECEIVE_H

#include "agent/link.h"

enum link_got {
	LINK_NOTHING,		/* there is no message yet */
	LINK_MESSAGE,
	LINK_BROKEN		/* there will be none: link->wrong says why */
};

/*
 * Take the next message.  Its items live until the next call.  A WELCOME and a
 * PROVE are dealt with here.  FAILED with id 0 is of the connection as a whole,
 * which is broken then; *err, which is not NULL, has what it said.
 */
enum link_got link_receive(
    struct link *link, struct frame *message, struct apam_error *err);

#endif
