/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of an entry's flights at its begin, at its end, and after a fork.
 */
#include "entry/flight_state.h"

#include <time.h>

static void
make_condition(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

void
flight_state_init(struct flight_state *s)
{
	*s = (struct flight_state){ .busy = false };
	make_condition(&s->changed);
	error_clear(&s->outcome);
}

void
flight_state_free(struct flight_state *s)
{
	pthread_cond_destroy(&s->changed);
}

void
flight_state_renew(struct flight_state *s)
{
	make_condition(&s->changed);
	s->waiting = 0;
	s->owed = 0;
	s->busy = false;
	s->queued = false;
	s->untold = false;
}
