/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiters are woken in a chain, a few at a time.  Waking all at once would only
 * make them queue for the lock; waking one at a time would let a single
 * preempted thread hold up the rest.
 */
#include "flight/waiters.h"

#include <errno.h>

#include "base/clock.h"
#include "flight/loop.h"
#include "flight/notify.h"

#define WAKE_AT_ONCE 4
#define TURN_MS 50

static void
wake_next(struct flight_state *s)
{
	if (s->owed > 0)
		pthread_cond_signal(&s->changed);
}

void
waiters_wake(struct entry *e)
{
	e->flight.owed = e->flight.waiting;
	for (int i = 0; i < WAKE_AT_ONCE; i++)
		wake_next(&e->flight);
}

/* The lock is free before a waiter is woken, because that is what it wants. */
void
waiters_unlock(struct entry *e)
{
	bool more = e->flight.owed > 0, untold = e->flight.untold;

	e->flight.untold = false;
	pthread_mutex_unlock(&e->env->lock);
	if (more)
		pthread_cond_signal(&e->flight.changed);
	if (untold)
		notify_finding(e);
}

static bool
wait_on_condition(struct entry *e, int64_t left)
{
	struct flight_state *s = &e->flight;
	uint64_t flights = s->flights;
	struct timespec until;
	int error;

	if (!clock_after(CLOCK_MONOTONIC, left, &until))
		return false;
	wake_next(s);
	s->waiting++;
	error = pthread_cond_timedwait(&s->changed, &e->env->lock, &until);
	s->waiting--;
	if (s->flights != flights)
		s->owed--;
	return error != ETIMEDOUT;
}

bool
waiters_wait(struct entry *e, int64_t deadline)
{
	int64_t left = deadline - clock_ms();

	if (left <= 0)
		return false;
	if (e->env->loop->threaded)
		return wait_on_condition(e, left);
	pthread_mutex_unlock(&e->env->lock);
	loop_turn(e->env->loop, left < TURN_MS ? (int)left : TURN_MS);
	pthread_mutex_lock(&e->env->lock);
	return true;
}
