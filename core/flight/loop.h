/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What moves flights: one libcurl multi handle, a set of descriptors, timers.
 * A background thread drives it, started with the first flight that does not
 * land at once; or, in a context opened with APAM_OPEN_NO_THREAD, whoever calls
 * loop_turn does.
 *
 * Locks: `work` is held while flights move, never while waiting for events;
 * `inbox_lock` for a moment, by anybody.  Order: work, the context's, inbox.
 *
 * A host may close descriptors that it does not know, ours among them.  They
 * are looked at before they are used (base/own_fd.h): what is not ours any more
 * is left alone, what was under way with it lands with an error, and new ones
 * are made.  The thread hears of what is submitted without a descriptor while
 * it has nothing to do, and looks twice a second at its own while it has.
 */
#ifndef CORE_LOOP_H
#define CORE_LOOP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#include "flight/flight.h"
#include "flight/pollset.h"

#define LOOP_SOCKETS_MAX 256

struct loop {
	pthread_mutex_t work;
	pthread_mutex_t inbox_lock;
	struct flight *inbox;	/* submitted, not yet seen by the driver */
	struct flight *flying;
	int set;		/* a descriptor; -1 before the first flight */
	struct wakeup wake;
	CURLM *multi;		/* NULL before the first transfer */
	int64_t curl_due;	/* clock_ms; INT64_MAX: never */
	struct own_fd sockets[LOOP_SOCKETS_MAX]; /* libcurl's */
	bool threaded;		/* a thread drives it */
	bool running;		/* it has been started */
	bool resting;		/* it waits for `submitted` */
	pthread_cond_t submitted;
	_Atomic(bool) stop;
	_Atomic(bool) retired;	/* nothing moves any more */
	pthread_t thread;
};

void loop_init(struct loop *loop, bool threaded);

/*
 * Stop the thread and drop all flights, without landing them.  What libcurl
 * holds is given up, not freed, where the loop has retired.
 */
void loop_free(struct loop *loop);

/*
 * The process ends: from now on nothing here begins to call libcurl, and the
 * thread ends.  What is under way, and the thread, are waited for until the
 * time `until` of CLOCK_REALTIME.
 */
void loop_retire(struct loop *loop, const struct timespec *until);

/*
 * Take a flight over and see that it moves.  It lands later, by
 * lifecycle_landed, in the driver's thread.  False where there are no
 * descriptors or no thread; the flight is the caller's still.
 */
bool loop_submit(struct loop *loop, struct flight *f);

/* Why not, where that returned false; static text. */
const char *loop_problem(const struct loop *loop);

/*
 * The same, but start it here and now: one that needs no exchange has landed
 * when this returns, and cost neither a thread nor a descriptor.  One that
 * cannot move lands with an error.  The caller does not hold the context's
 * lock.
 */
void loop_launch(struct loop *loop, struct flight *f);

/*
 * Move what can move, then wait for at most `wait_ms` for more and move that.
 * For the driver alone; any thread where the loop is not threaded.
 */
void loop_turn(struct loop *loop, int wait_ms);

/* Milliseconds until loop_turn has something to do by time; -1: never. */
int loop_timeout(struct loop *loop);

/* Its pollable descriptor, or -1; another one where the host has closed it. */
int loop_descriptor(struct loop *loop);

/*
 * In a child after fork, with all locks made anew but the loop's: let go of
 * everything shared with the parent without a word on its connections, and
 * free the flights.  What libcurl holds is given up, not freed: to free it is
 * to close connections, which would write to the parent's, and to take locks of
 * the TLS library, which a thread of the host's may have held when it forked.
 */
void loop_abandon(struct loop *loop);

#endif
