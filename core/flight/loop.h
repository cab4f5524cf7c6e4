/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What moves flights: their transfers (transfers.h), the programs that they wait
 * for (programs.h), a set of descriptors, timers.
 * It knows flights and no credentials: a listener is told what becomes of them.
 * driver.h has the thread that drives it.
 *
 * Locks: `work` is held while flights move, never while waiting for events; the
 * context's for a moment, by any thread.  Order: work, the context's.
 *
 * A host may close descriptors that it does not know, ours among them.  They
 * are looked at before they are used (base/own_fd.h): what is not ours any more
 * is left alone, what was under way with it lands with an error, and new ones
 * are made.  The driver looks at them twice a second.
 */
#ifndef CORE_FLIGHT_LOOP_H
#define CORE_FLIGHT_LOOP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "flight/flight.h"
#include "flight/transfers.h"
#include "flight/wakeup.h"

/* Both are called with `work` held, and without the context's lock. */
struct loop_listener {
	/* What a flight waits for has changed. */
	void (*waits)(const struct flight *f, enum flight_wait wait);
	/* A flight has landed; it is freed after this call. */
	void (*landed)(struct flight *f);
};

struct loop {
	pthread_mutex_t work;
	const struct loop_listener *listener;
	struct flight *flying;
	/* How many flights have landed, and such programs ended; for who turns
	   it. */
	uint64_t landings;
	struct transfers transfers; /* theirs */
	/* clock_ms, where something cannot be watched; INT64_MAX: never */
	int64_t look_at;

	/* Programs that it moves beside flights; NULL: none.  Its owner's. */
	struct secret_ahead *ahead;

	struct own_fd other;	/* loop_watch's */
	bool other_out;		/* it is watched for room to write, too */
	bool other_came;	/* something happened to it that is not told */

	pthread_mutex_t *lock;	/* the context's; guards what follows */
	struct flight *inbox;	/* submitted, not yet seen by the driver */
	int set;		/* a descriptor; -1 before the first flight */
	struct wakeup wake;

	/* The driver's; driver.c. */
	bool threaded;		/* a thread drives it */
	bool running;		/* it has been started */
	bool resting;		/* it waits for `submitted` */
	pthread_cond_t submitted;
	_Atomic(bool) stop;
	_Atomic(bool) retired;	/* nothing moves any more */
	pthread_t thread;
};

/* `lock` is the context's, and `listener` lives as long as the loop. */
void loop_init(struct loop *loop, pthread_mutex_t *lock,
    const struct loop_listener *listener, bool threaded);

/*
 * Where an exchange that sends a durable secret is on the wire: turn the loop
 * until it has ended, for at most `ms`.  No thread may drive the loop any more.
 */
void loop_finish(struct loop *loop, int ms);

/* True while there is one.  With `work` held. */
bool loop_is_spending(const struct loop *loop);

/* Try a last time to store what flights have to (FLIGHT_STORE). */
void loop_store(struct loop *loop);

/*
 * loop_store, then drop all flights, without landing them.  If the loop has
 * retired, libcurl's objects are left behind, not freed.  No thread may drive
 * the loop any more.
 */
void loop_free(struct loop *loop);

/*
 * Make the set and the wakeup, if there are none; false if that fails.  With
 * the context's lock held.
 */
bool loop_open(struct loop *loop);

/*
 * Let the loop's descriptor be ready, once, when `other` can be read, or if `out`
 * written; whoever has it looks at it then, and calls this again.  It replaces
 * one that was given before.  Only for a loop that is not threaded.
 */
void loop_watch(struct loop *loop, const struct own_fd *other, bool out);

/* Add a flight for the next turn.  With the context's lock held. */
void loop_put(struct loop *loop, struct flight *f);

/* Drop the flight of a login, if it has not landed, wherever it is. */
void loop_cancel(struct loop *loop, const struct login *login);

/*
 * Move the flights that can move, then wait for at most `wait_ms` for more and
 * move these.  Only the driver calls this; any thread if the loop is not
 * threaded.
 */
void loop_turn(struct loop *loop, int wait_ms);

/* Milliseconds until loop_turn has something to do by time; -1: never. */
int loop_timeout(struct loop *loop);

/*
 * Its pollable descriptor, or -1; a new one if the host has closed the old one.
 */
int loop_descriptor(struct loop *loop);

/*
 * In a child after fork, with all locks made new except the loop's: release
 * everything shared with the parent without sending anything on its
 * connections, and free the flights.  libcurl's objects are left behind, not
 * freed: freeing closes connections, which would write to the parent's, and
 * takes locks of the TLS library, which a thread of the host's may have held
 * when it forked.
 */
void loop_abandon(struct loop *loop);

#endif
