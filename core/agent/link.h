/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One connection of a program to the agent: it is made, believed or not, and
 * carries messages (agent/message.h).
 *
 * The socket's path must be one that nobody but root, the agent's user and, in
 * user mode, the effective user can change, and what answers there must run as
 * one of these (SO_PEERCRED).  So nobody else can pose as the agent.
 *
 * Who waits does so by link_wait, under a deadline; or, where it has time, in
 * link_receive, which saves a call of the system (link_let_wait).
 * A connection belongs to one thread at a time.  A host may close descriptors
 * that it does not know (base/own_fd.h): what is not ours any more is left alone,
 * and the connection is broken.
 */
#ifndef CORE_AGENT_LINK_H
#define CORE_AGENT_LINK_H

#include "agent/message.h"
#include "base/own_fd.h"

/* Where the agent is, and who it has to be. */
struct link_place {
	const char *socket;	/* absolute */
	const char *user;	/* its login name; root is believed, too */
	uint32_t id;		/* and number; 0: none, or not known */
	bool own;		/* user mode: so is the effective user */
	/* The socket's file, as link_find has opened it; NULL: it was not. */
	const struct own_fd *file;
};

/* A connection; link_init sets it up. */
struct link {
	struct own_fd fd;
	uint32_t owner;		/* the user at the other end */
	uint32_t user;		/* the effective user who connected */
	unsigned forks;		/* fork_count when it was made */
	bool greeted;		/* the agent has welcomed us */
	bool pages;		/* and said that we may use pages */
	bool blocking;		/* link_receive may wait: link_let_wait */
	bool waits;		/* and does */
	int passed;		/* came beside the last message; -1: none */
	bool midway;		/* a message is sent in part */
	bool owes;		/* a PROOF is to be sent, when there is room: */
	uint64_t owed_id;
	char owed[AGENT_PROOF_SIZE]; /* its nonce */
	struct buf hello;	/* the greeting, as long as it is not sent */
	struct apam_str rest;	/* of the last packet: what is not taken yet */
	struct frame_parts parts;
	char *packet;		/* locked memory: for any packet, once it pays */
	size_t packet_size;
	unsigned few;		/* packets that came before it did */
	const char *wrong;	/* why it is broken, a clause; NULL: it is not */
};

/* There is none yet. */
void link_init(struct link *link);

/* True where this user may be the agent. */
bool link_believes(const struct link_place *place, uint32_t user);

/*
 * Open the socket's file, for link_connect, which takes another where this one is
 * not ours any more or nobody listens there.  The caller closes it; none where
 * the path is not believed or leads to nothing.
 */
struct own_fd link_find(const struct link_place *place);

/*
 * Connect; `hello` is sent in the packet of the first message, or as soon as
 * something is to be received.  This waits for nothing.  The link, which was
 * just set up, is broken where it fails.  Errors: NETWORK: there is no agent, or
 * it takes no connection now; TRUST: it is not to be believed; CONFIG; MEMORY.
 */
enum apam_status link_connect(struct link *link, const struct link_place *place,
    const struct agent_hello *hello, struct apam_error *err);

/*
 * True where it is there to be used: it is open and whole, and of this process
 * and its present user.  Each call that uses a link from before asks this first.
 */
bool link_is_ours(const struct link *link);

/* True where the agent ended it, and nothing was wrong with what it said. */
bool link_has_ended(const struct link *link);

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

/*
 * Have the next link_receive wait for a message, where `deadline` (clock_ms) is
 * LINK_WAIT_MS away or more: LINK_NOTHING comes after that time, or a signal.
 * True where it will.
 */
#define LINK_WAIT_MS 1000
bool link_let_wait(struct link *link, int64_t deadline);

/*
 * The descriptor that came beside the message taken last, which is the caller's
 * then; -1: none did.  One that nobody takes is closed.
 */
int link_take_passed(struct link *link);

/*
 * Send part *i of a message and those after it, as far as there is room; *i is
 * then the next one.  True when all are sent.  False where the rest has to wait,
 * or the link is broken; before the greeting link_receive finds out which.  No
 * other message is sent before the rest of this one.
 */
bool link_send(struct link *link, const struct frame_writer *message,
    unsigned *i);

/*
 * Send a PROOF that found no room when it was asked for, or came in the midst of
 * a message.  True where none is owed any more.
 */
bool link_settle(struct link *link);

/*
 * Wait until there is something to read or, if `out`, room to send; false where
 * `deadline` (clock_ms) passes first.
 */
bool link_wait(struct link *link, bool out, int64_t deadline);

/* Close it; it is as after link_init then.  What belongs to others is left alone. */
void link_close(struct link *link);

/*
 * In a child after a fork: let go of what is the parent's, without a word on the
 * wire.
 */
void link_abandon(struct link *link);

#endif
