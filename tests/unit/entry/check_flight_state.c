/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/flight_state.c: waits end when they should, and nothing
 * is under way in a child.
 */
#include "entry/flight_state.h"

#include <time.h>

#include "base/clock.h"
#include "support/run.h"

/* A wait by the clock that nobody sets ends when it should. */
START_TEST(a_wait_ends_by_the_clock_of_durations)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct flight_state state;
	struct timespec until;
	int64_t begin;

	flight_state_init(&state);
	ck_assert(!state.busy);
	ck_assert_int_eq(state.outcome.status, APAM_OK);
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += 50 * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	begin = clock_ms();
	pthread_mutex_lock(&lock);
	while (pthread_cond_timedwait(&state.changed, &lock, &until) == 0)
		;
	pthread_mutex_unlock(&lock);
	ck_assert_int_ge(clock_ms() - begin, 45);
	ck_assert_int_lt(clock_ms() - begin, 60000);
	flight_state_free(&state);
}
END_TEST

/* What has landed stays known. */
START_TEST(nothing_is_under_way_in_a_child)
{
	struct flight_state state;

	flight_state_init(&state);
	state.waiting = 3;
	state.owed = 2;
	state.busy = state.untold = true;
	state.late = "late";
	state.flights = 7;
	flight_state_renew(&state);
	ck_assert_uint_eq(state.waiting, 0);
	ck_assert_uint_eq(state.owed, 0);
	ck_assert(!state.busy && state.late == NULL && !state.untold);
	ck_assert_uint_eq(state.flights, 7);
	flight_state_free(&state);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("flight_state");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, a_wait_ends_by_the_clock_of_durations);
	tcase_add_test(tc, nothing_is_under_way_in_a_child);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
