/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which flight of an entry is under way, what the last one brought, and how
 * many threads wait for it.  flight/waiters.h has the waiting.
 */
#ifndef CORE_FLIGHT_STATE_H
#define CORE_FLIGHT_STATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Of one entry.  Guarded by the context's lock. */
struct flight_state {
	pthread_cond_t changed;	/* clock_condition's */
	unsigned waiting;	/* threads that wait for it */
	unsigned owed;		/* those that have yet to hear of a landing */
	bool busy;		/* a flight is under way */
	bool untold;		/* a waiter is to tell what was found */
	bool queued;		/* it waits for another process's */
	bool unwanted;		/* what it brings was dropped meanwhile */
	uint64_t flights;	/* how many have landed */
	struct apam_error outcome; /* of the last one */
};

void flight_state_init(struct flight_state *s);
void flight_state_free(struct flight_state *s);

/*
 * In a child after fork, where nobody waits and no flight of the parent lands:
 * none is under way.
 */
void flight_state_renew(struct flight_state *s);

#endif
