/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a connection to the agent begins: where it is made to, who may be the
 * agent, and what the greeting says of this process.
 *
 * What takes a while is found out before it is needed, or only where it is: the
 * number of the agent's user is looked up where somebody else than root or the
 * effective user listens.
 */
#ifndef CORE_SERVED_HANDSHAKE_H
#define CORE_SERVED_HANDSHAKE_H

#include "served/served_state.h"

/*
 * A profile was read that the agent signs for, with the context's lock held:
 * find out what does not depend on the request.
 */
void handshake_prepare(struct served *s);

/* So that the registry's counter is attached, if there is one now. */
void handshake_look_at_registry(struct served *s);

/* What one connection is made with: a copy. */
struct handshake {
	struct served_self self;
	struct link_place place;
	struct own_fd file;	/* the socket's, for this connection alone */
};

/* With the lock held. */
void handshake_begin(struct served *s, struct handshake *with);

/*
 * Connect, once the registry was looked at; this waits for nothing.  *with is
 * used up.  Errors: as link_connect; the flow is to be made new then.
 */
enum apam_status handshake_connect(struct served *s, struct handshake *with,
    struct flow *flow, struct apam_error *err);

/*
 * Look up the number of the agent's user, without the lock.  True where it was
 * not known at what was `tried`, and is now, for another thread may have found
 * it: who was not believed may be then.
 */
bool handshake_find_user(struct served *s, const struct link_place *tried);

/*
 * Who may be the agent: the user of a file that it passes on.  This may look an
 * account up, once.
 */
bool handshake_believes(struct served *s, uint32_t user);

/*
 * True if that is the user as whom the agent runs: agent_user, or root where
 * there is no such account; in user mode, the owner of the main file, too.
 */
bool handshake_is_agents(struct served *s, uint32_t user);

#endif
