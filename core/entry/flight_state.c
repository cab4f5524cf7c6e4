/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of an entry's flights at its begin, at its end, and after a fork.
 */
#include "entry/flight_state.h"

#include "base/clock.h"

void
flight_state_init(struct flight_state *s)
{
	*s = (struct flight_state){ .busy = false };
	clock_condition(&s->changed);
	error_init(&s->outcome);
}

void
flight_state_free(struct flight_state *s)
{
	pthread_cond_destroy(&s->changed);
}

void
flight_state_renew(struct flight_state *s)
{
	clock_condition(&s->changed);
	s->waiting = 0;
	s->owed = 0;
	s->busy = false;
	s->late = NULL;
	s->untold = false;
}
