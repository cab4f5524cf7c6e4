/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/tally.c: it is empty when the last of many threads has
 * counted itself out, and not before.
 */
#include "base/tally.h"

#include <pthread.h>
#include <semaphore.h>

#include "support/run.h"

/* More than there are places: some threads share one. */
#define CROWD (2 * TALLY_PLACES + 3)

static struct tally tally;
static sem_t come, go, gone;

static void *
count(void *arg)
{
	tally_in(&tally);
	sem_post(&come);
	while (sem_wait(&go) != 0)
		;
	tally_out(&tally);
	sem_post(&gone);
	return arg;
}

static void
wait_for(sem_t *sem, int n)
{
	while (n > 0)
		n -= sem_wait(sem) == 0;
}

/* The caller is at a place that others have, too. */
START_TEST(it_is_empty_when_the_last_is_out)
{
	pthread_t threads[CROWD];

	for (int i = 0; i < CROWD; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, count, NULL), 0);
	tally_in(&tally);
	wait_for(&come, CROWD);
	for (int i = 0; i < CROWD; i++) {
		ck_assert_msg(
		    !tally_is_empty(&tally, true), "after %d threads", i);
		sem_post(&go);
		wait_for(&gone, 1);
	}
	ck_assert(tally_is_empty(&tally, true));
	ck_assert(!tally_is_empty(&tally, false));
	tally_out(&tally);
	ck_assert(tally_is_empty(&tally, false));
	for (int i = 0; i < CROWD; i++)
		pthread_join(threads[i], NULL);
}
END_TEST

/* As a child of a fork has it. */
START_TEST(a_new_one_has_the_caller_alone)
{
	tally_in(&tally);
	tally_in(&tally);
	tally_renew(&tally, true);
	ck_assert(!tally_is_empty(&tally, false));
	ck_assert(tally_is_empty(&tally, true));
	tally_renew(&tally, false);
	ck_assert(tally_is_empty(&tally, false));
}
END_TEST

static void
setup(void)
{
	ck_assert_int_eq(sem_init(&come, 0, 0), 0);
	ck_assert_int_eq(sem_init(&go, 0, 0), 0);
	ck_assert_int_eq(sem_init(&gone, 0, 0), 0);
}

static void
teardown(void)
{
	sem_destroy(&come);
	sem_destroy(&go);
	sem_destroy(&gone);
}

int
main(void)
{
	Suite *suite = suite_create("tally");
	TCase *tc = tcase_create("tally");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, it_is_empty_when_the_last_is_out);
	tcase_add_test(tc, a_new_one_has_the_caller_alone);
	return run_suite(suite);
}
