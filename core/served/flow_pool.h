/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The connections of threads: a thread has one for itself while it asks, and
 * gives it back.  Those that are idle are kept for the next calls, few of them.
 */
#ifndef CORE_SERVED_FLOW_POOL_H
#define CORE_SERVED_FLOW_POOL_H

#include "served/served_state.h"

/* Connections that are kept though nobody uses them, at most. */
#define FLOW_POOL_IDLE_MOST 4

/* One that is idle, for this thread alone; NULL: there is none. */
struct flow *flow_pool_take(struct served *s);

/* A new one, without a connection yet, likewise; NULL: out of memory. */
struct flow *flow_pool_new(struct served *s);

/*
 * Keep it for the next call, if it is whole, nothing is asked on it, and there
 * are not too many.  `answered`: the call had its answer, so that the agent is
 * there.  *flow is NULL then; so it is after flow_pool_end.
 */
void flow_pool_give_back(struct served *s, struct flow **flow, bool answered);

/* Close it. */
void flow_pool_end(struct served *s, struct flow **flow);

/* Close all of them; nobody uses one. */
void flow_pool_free(struct served *s);

/*
 * In a forked child: close all of them.  The memory of one that a thread of the
 * parent had is not touched, and not freed.
 */
void flow_pool_abandon(struct served *s);

#endif
