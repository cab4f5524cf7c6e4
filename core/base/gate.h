/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A gate: many threads pass through it side by side, at a few nanoseconds each;
 * now and then one thread shuts it, and then no other thread is inside.  It is a
 * readers-writer lock that makes readers cheap and lets the writer wait.
 *
 * Why it holds: a thread that comes in counts itself (base/tally.h) and then
 * looks whether the gate is shut; a thread that shuts it marks it as shut and
 * then looks at the counts.  So a thread that did not see it shut was counted
 * before, and is waited for.  In the same way a thread that leaves first counts
 * itself out, and then looks whether another one waits.
 */
#ifndef CORE_BASE_GATE_H
#define CORE_BASE_GATE_H

#include <pthread.h>

#include "base/tally.h"

struct gate {
	_Atomic bool is_shut;
	pthread_mutex_t shutting; /* held while it is shut */
	pthread_mutex_t leaving; /* with `left`: one left while it was shut */
	pthread_cond_t left;
	struct tally inside;
};

#define GATE_INIT                                                              \
	{ .shutting = PTHREAD_MUTEX_INITIALIZER,                               \
		.leaving = PTHREAD_MUTEX_INITIALIZER,                          \
		.left = PTHREAD_COND_INITIALIZER }

/*
 * Come in; this waits while the gate is shut.  A thread that is inside may not
 * come in once more: the gate could be shut in between.
 */
void gate_enter(struct gate *gate);
/* Leave, on the thread that came in. */
void gate_leave(struct gate *gate);

/*
 * Shut it; this waits until all other threads have left.  Threads that shut it
 * do so one after the other.  `inside`: the caller is inside itself, and stays.
 */
void gate_shut(struct gate *gate, bool inside);
/* Open it again, on the thread that shut it. */
void gate_open(struct gate *gate);

/*
 * In a forked child: the gate is open, and nobody is inside, but for the caller
 * where `inside` says so.
 */
void gate_renew(struct gate *gate, bool inside);

#endif
