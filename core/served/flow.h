/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One connection to the agent, and what was asked on it.  Any number of
 * questions may be under way; answers come in any order.  Nothing here waits.
 *
 * A question that the connection broke under is lost, and may be asked again on
 * another one: the agent does nothing for a question that it could not answer.
 */
#ifndef CORE_SERVED_FLOW_H
#define CORE_SERVED_FLOW_H

#include "agent/link.h"

/* Bytes that most messages have: they cost no allocation. */
#define ASK_ROOM 1024

enum ask_state {
	ASK_NEW,		/* on no connection yet */
	ASK_OPEN,		/* under way */
	ASK_ANSWERED,
	ASK_LOST		/* the connection broke before the answer */
};

/* A question.  It is not moved while it is under way. */
struct ask {
	struct ask *next;	/* on the same flow */
	struct flow *flow;	/* NULL unless it is under way */
	struct frame_writer message; /* the caller fills it in */
	struct buf items;	/* the message's items */
	unsigned part;		/* the next part of the message to send */
	enum ask_state state;
	struct frame answer;	/* a view of `kept` */
	struct buf kept;
	int passed;		/* descriptor beside the answer; -1: none */
	char room[ASK_ROOM], answer_room[ASK_ROOM];
};

struct flow {
	struct link link;
	struct ask *first, **last; /* oldest first */
	struct apam_error error; /* what the agent said before it broke */
	struct flow *next;
	bool busy;		/* a thread has it for itself */
	bool used;		/* it had an answer */
};

/* A flow without a connection. */
void flow_init(struct flow *flow);
/* Close its connection; what is under way is lost. */
void flow_close(struct flow *flow);

/* A question of a type and id, of which the items are still to be written. */
void ask_init(struct ask *ask);
void ask_begin(struct ask *ask, uint16_t type, uint64_t id);
/* It is under way no more, and wiped. */
void ask_free(struct ask *ask);
/* The descriptor that came with the answer, the caller's from now on; or -1. */
int ask_take_passed(struct ask *ask);

/*
 * Ask, on a connection that is there, though it may not be greeted yet;
 * flow_move sends it.
 */
void flow_ask(struct flow *flow, struct ask *ask);

/* Send what can be sent; flow_move says whether the connection is broken. */
void flow_send(struct flow *flow);

/*
 * Send what can be sent, and take what has come.  False where the connection is
 * broken; all that was under way is lost then.
 */
bool flow_move(struct flow *flow);

/* True while something waits for room to be sent. */
bool flow_has_unsent(const struct flow *flow);

/*
 * True where the agent has said why it broke the connection; *err is that then.
 */
bool flow_was_refused(const struct flow *flow, struct apam_error *err);

/*
 * Nobody waits for the answer to this question any more: the agent is told, if
 * that can be done at once.  A connection that has half of a message on it is
 * of no more use, and closed.
 */
void flow_cancel(struct flow *flow, uint64_t id);

/*
 * Send a message that has no answer.  False where the connection is not whole
 * and greeted, or has no room for all of it at once.
 */
bool flow_tell(struct flow *flow, struct ask *message);

#endif
