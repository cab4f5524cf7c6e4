/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flight of an entry that is under way, what the last one brought, and how
 * many threads wait for it.  flight/waiters.h has the waiting.
 */
#ifndef CORE_ENTRY_FLIGHT_STATE_H
#define CORE_ENTRY_FLIGHT_STATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* The flights of an entry.  Guarded by the context's lock. */
struct flight_state {
	pthread_cond_t changed;	/* clock_condition's */
	unsigned waiting;	/* threads that wait for the flight */
	/* waiters that have not yet heard of a landing */
	unsigned owed;
	bool busy;		/* a flight is under way */
	bool untold;		/* a waiter is to tell what was found */
	/* What a call is told that waited in vain; static; NULL: nothing yet. */
	const char *late;
	bool unwanted;		/* its result was dropped in the meantime */
	uint64_t flights;	/* how many have landed */
	int64_t doubt_at;	/* clock_ms: when a caller's doubt counts again */
	struct apam_error outcome; /* error of the last one */
};

void flight_state_init(struct flight_state *s);
void flight_state_free(struct flight_state *s);

/*
 * In a child after fork, which has no waiters and in which no flight of the
 * parent lands: none is under way.
 */
void flight_state_renew(struct flight_state *s);

#endif
