/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/flight/waiters.c: every thread that waits for a flight hears of
 * its landing, one after the other, or of its deadline.
 */
#include "flight/waiters.h"

#include <pthread.h>

#include "support/flights.h"

#define THREADS 20
#define MINT "acquire = 2; url = \"%/x\";"

static struct flights t;
static const struct raw_answer quick = { .head = EMPTY_200 };

static void
setup(void)
{
	flights_open(&t, &quick, "", MINT);
}

static void
teardown(void)
{
	flights_close(&t);
}

static void *
wait_for_flight(void *arg)
{
	const int64_t ends = clock_ms() + FLIGHT_MS;
	struct entry *e = arg;
	bool heard = true;

	pthread_mutex_lock(&e->env->lock);
	while (heard && e->flight.flights == 0)
		heard = waiters_wait(e, ends);
	waiters_unlock(e);
	return heard ? arg : NULL;
}

static unsigned
waiting(void)
{
	unsigned n;

	pthread_mutex_lock(&t.entry->env->lock);
	n = t.entry->flight.waiting;
	pthread_mutex_unlock(&t.entry->env->lock);
	return n;
}

START_TEST(all_hear_of_a_landing)
{
	pthread_t threads[THREADS];
	void *heard;

	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, wait_for_flight, t.entry),
		    0);
	while (waiting() < THREADS)
		clock_sleep(1);
	pthread_mutex_lock(&t.entry->env->lock);
	t.entry->flight.flights++;
	waiters_wake(t.entry);
	ck_assert_uint_eq(t.entry->flight.owed, THREADS);
	pthread_mutex_unlock(&t.entry->env->lock);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &heard);
		ck_assert_ptr_nonnull(heard);
	}
	ck_assert_uint_eq(t.entry->flight.owed, 0);
	ck_assert_uint_eq(t.entry->flight.waiting, 0);
}
END_TEST

START_TEST(a_deadline_ends_a_wait)
{
	const int64_t begin = clock_ms();

	pthread_mutex_lock(&t.entry->env->lock);
	while (waiters_wait(t.entry, begin + 30))
		;
	ck_assert_int_ge(clock_ms() - begin, 30);
	ck_assert_uint_eq(t.entry->flight.waiting, 0);
	/* One that has passed is not waited for. */
	ck_assert(!waiters_wait(t.entry, begin));
	waiters_unlock(t.entry);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("waiters");
	TCase *tc = tcase_create("waiters");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, all_hear_of_a_landing);
	tcase_add_test(tc, a_deadline_ends_a_wait);
	return run_suite(suite);
}
