/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One connection of a program to the agent, which carries messages
 * (agent/message.h): link_connect.h makes it, and link_receive.h takes what
 * comes; here is what sends, and waits.
 *
 * Who waits does so by link_wait, under a deadline; or, where it has time, in
 * link_receive, which saves a call of the system (link_let_wait).  A connection
 * belongs to one thread at a time.  A host may close descriptors that it does
 * not know (base/own_fd.h): what is not ours any more is left alone, and the
 * connection is broken.
 */
#ifndef CORE_AGENT_LINK_H
#define CORE_AGENT_LINK_H

#include "agent/message.h"
#include "base/own_fd.h"

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

/*
 * True where it is there to be used: it is open and whole, and of this process
 * and its present user.  Each call that uses a link from before asks this
 * first.
 */
bool link_is_ours(const struct link *link);

/* True where the agent ended it, and nothing was wrong with what it said. */
bool link_has_ended(const struct link *link);

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
 * then the next one.  True when all are sent.  False where the rest has to
 * wait, or the link is broken; before the greeting link_receive finds out
 * which.  No other message is sent before the rest of this one.
 */
bool link_send(struct link *link, const struct frame_writer *message,
    unsigned *i);

/*
 * Send a PROOF that found no room when it was asked for, or came in the midst
 * of a message.  True where none is owed any more.
 */
bool link_settle(struct link *link);

/*
 * Wait until there is something to read or, if `out`, room to send; false where
 * `deadline` (clock_ms) passes first.
 */
bool link_wait(struct link *link, bool out, int64_t deadline);

/*
 * It is broken, a clause says why; the first one counts.  link_ended: the agent
 * ended it.
 */
extern const char link_ended[];
void link_break(struct link *link, const char *wrong);

/*
 * Where sending has found that the agent does not hear any more, link_receive
 * takes what it said before that.
 */
void link_hear(struct link *link);

/* What link_take_passed would give is not wanted. */
void link_drop_passed(struct link *link);

/*
 * The greeting alone, where no message takes it along.  1: it is sent; 0: there
 * is no room; below: the connection is broken.
 */
int link_send_hello(struct link *link);

/*
 * Close it; it is as after link_init then.  What belongs to others is left
 * alone.
 */
void link_close(struct link *link);

#endif
