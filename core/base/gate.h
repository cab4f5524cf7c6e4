/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A gate: many threads pass through it side by side, at a few nanoseconds each;
 * now and then one thread shuts it, and then nobody is inside.
 *
 * It is a lock that readers share, made for those: each thread counts itself in
 * and out at a place of its own, so that threads do not write to a cache line
 * that another one writes to.  There are GATE_PLACES places; with more threads
 * some share one, which is slower and as right.  Threads may end at any time
 * outside of a gate: a place belongs to nobody.
 *
 * Why it holds: who comes in counts first and then looks whether the gate is
 * shut; who shuts it says so first and then looks at the counts.  All four are
 * sequentially consistent.  So one of the two sees the other: a thread that did
 * not see the gate shut was counted before, and is waited for.  In the same way
 * one that leaves counts first and then looks whether somebody waits for that.
 */
#ifndef CORE_BASE_GATE_H
#define CORE_BASE_GATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define GATE_PLACES 64
/* Processors fetch two lines of 64 bytes at a time. */
#define GATE_LINE 128

struct gate_place {
	_Alignas(GATE_LINE) _Atomic uint32_t inside;
};

struct gate {
	_Atomic bool is_shut;
	pthread_mutex_t shutting; /* held while it is shut */
	pthread_mutex_t leaving; /* with `left`: one left while it was shut */
	pthread_cond_t left;
	struct gate_place places[GATE_PLACES];
};

#define GATE_INIT                                                              \
	{ .shutting = PTHREAD_MUTEX_INITIALIZER,                               \
		.leaving = PTHREAD_MUTEX_INITIALIZER,                          \
		.left = PTHREAD_COND_INITIALIZER }

/*
 * Come in, which waits while the gate is shut, and leave, on the same thread.
 * A thread that is inside may not come in once more: the gate could be shut in
 * between.
 */
void gate_enter(struct gate *gate);
void gate_leave(struct gate *gate);

/*
 * Shut it, which waits until all others have left, and open it again, on the
 * same thread.  Threads that shut it do so one after the other.  `inside`: the
 * caller is inside itself, and stays.
 */
void gate_shut(struct gate *gate, bool inside);
void gate_open(struct gate *gate);

/*
 * In a forked child: the gate is open, and nobody is inside, but for the caller
 * where `inside` says so.
 */
void gate_renew(struct gate *gate, bool inside);

#endif
