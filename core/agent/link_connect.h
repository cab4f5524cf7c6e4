/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making a connection to the agent, which is believed or not.
 *
 * The socket's path must be one that nobody but root, the agent's user and, in
 * user mode, the effective user can change, and what answers there must run as
 * one of these (SO_PEERCRED).  So nobody else can pose as the agent.
 */
#ifndef CORE_AGENT_LINK_CONNECT_H
#define CORE_AGENT_LINK_CONNECT_H

#include "agent/link.h"

/* Where the agent is, and who it has to be. */
struct link_place {
	const char *socket;	/* absolute */
	const char *user;	/* its login name; root is believed, too */
	uint32_t id;		/* and number; 0: none, or not known */
	bool own;		/* user mode: so is the effective user */
	/* The socket's file, by link_find, for one connection; or NULL. */
	struct own_fd *file;
};

/* Say that there is no agent at a socket; `why` is put in brackets.  NETWORK. */
enum apam_status link_no_agent(
    const char *socket, const char *why, struct apam_error *err);

/* True where this user may be the agent. */
bool link_believes(const struct link_place *place, uint32_t user);

/*
 * Open the socket's file, for link_connect, which takes another where this one
 * is not ours any more or nobody listens there, and closes it.  None where the
 * path is not believed or leads to nothing.
 */
struct own_fd link_find(const struct link_place *place);

/*
 * Connect; `hello` is sent in the packet of the first message, or as soon as
 * something is to be received.  This waits for nothing.  The link, which was
 * just set up, is broken where it fails.  Errors: NETWORK: there is no agent,
 * or it takes no connection now; TRUST: it is not to be believed; CONFIG;
 * MEMORY.
 */
enum apam_status link_connect(struct link *link, const struct link_place *place,
    const struct agent_hello *hello, struct apam_error *err);

#endif
