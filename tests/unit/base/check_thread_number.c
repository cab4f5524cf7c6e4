/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/thread_number.c: a thread keeps its number, and no other
 * thread has it.
 */
#include "base/thread_number.h"

#include <pthread.h>

#include "support/run.h"

#define THREADS 8

static void *
ask(void *arg)
{
	unsigned *number = arg;

	*number = thread_number();
	return *number == thread_number() ? number : NULL;
}

START_TEST(each_thread_has_its_own)
{
	unsigned numbers[THREADS] = { 0 };
	pthread_t threads[THREADS];
	void *same;

	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, ask, &numbers[i]), 0);
	for (int i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &same), 0);
		ck_assert_ptr_eq(same, &numbers[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		ck_assert_uint_ne(numbers[i], 0);
		ck_assert_uint_ne(numbers[i], thread_number());
		for (int k = 0; k < i; k++)
			ck_assert_uint_ne(numbers[i], numbers[k]);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("thread_number");
	TCase *tc = tcase_create("thread_number");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, each_thread_has_its_own);
	return run_suite(suite);
}
