/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last one to let go is told so, whoever it is, and nobody else.
 */
#include "base/refs.h"

#include <pthread.h>

#include "support/run.h"

#define THREADS 8
#define TURNS 10000

static atomic_uint refs;
static atomic_uint lasts;

START_TEST(the_last_one_is_told)
{
	refs_init(&refs);
	ck_assert(refs_drop(&refs));
	refs_init(&refs);
	refs_hold(&refs);
	refs_hold(&refs);
	ck_assert(!refs_drop(&refs));
	ck_assert(!refs_drop(&refs));
	ck_assert(refs_drop(&refs));
}
END_TEST

static void *
hold_and_drop(void *arg)
{
	(void)arg;
	for (int i = 0; i < TURNS; i++) {
		refs_hold(&refs);
		if (refs_drop(&refs))
			atomic_fetch_add(&lasts, 1);
	}
	if (refs_drop(&refs))
		atomic_fetch_add(&lasts, 1);
	return NULL;
}

/* Each thread is given one; one of them is the last. */
START_TEST(one_of_many_is_the_last)
{
	pthread_t threads[THREADS];

	refs_init(&refs);
	for (int i = 1; i < THREADS; i++)
		refs_hold(&refs);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, hold_and_drop, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_uint_eq(atomic_load(&lasts), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("refs");
	TCase *tc = tcase_create("refs");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, the_last_one_is_told);
	tcase_add_test(tc, one_of_many_is_the_last);
	return run_suite(suite);
}
