/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/loan.c: what was called back is let go of once, and only
 * when nobody has it, however many threads take it and whenever.
 */
#define _DEFAULT_SOURCE
#include "base/loan.h"

#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"

#define TAKERS 4
#define THINGS 3
#define TAKEN 1000 /* at least, of many more loans */

/* What is lent; `alive` is not atomic, as the loan guards it. */
struct thing {
	long alive;
};

static struct loan *loan;
static _Atomic int let_go_of;

static void
let_go(void *what)
{
	struct thing *thing = what;

	ck_assert_int_eq(thing->alive, 1);
	thing->alive = 0;
	atomic_fetch_add(&let_go_of, 1);
}

static void
setup(void)
{
	atomic_store(&let_go_of, 0);
	loan = loan_new(let_go);
	ck_assert_ptr_nonnull(loan);
}

static void
teardown(void)
{
	loan_free(&loan);
	ck_assert_ptr_null(loan);
}

START_TEST(there_is_nothing_at_first)
{
	ck_assert_ptr_null(loan_take(loan));
	ck_assert_ptr_null(loan_lent(loan));
	loan_call_back(loan);
	loan_renew(loan);
	ck_assert_int_eq(atomic_load(&let_go_of), 0);
}
END_TEST

START_TEST(it_is_let_go_of_when_called_back)
{
	struct thing a = { 1 }, b = { 1 };

	ck_assert(loan_lend(loan, &a));
	ck_assert_ptr_eq(loan_lent(loan), &a);
	ck_assert_ptr_eq(loan_take(loan), &a);
	loan_give_back(loan);
	ck_assert_int_eq(a.alive, 1);
	ck_assert(!loan_lend(loan, &b));
	loan_call_back(loan);
	ck_assert_ptr_null(loan_lent(loan));
	loan_call_back(loan);
	ck_assert_int_eq(a.alive, 0);
	ck_assert_ptr_null(loan_take(loan));
	ck_assert(loan_lend(loan, &b));
	loan_free(&loan);
	ck_assert_int_eq(b.alive, 0);
	ck_assert_int_eq(atomic_load(&let_go_of), 2);
}
END_TEST

START_TEST(who_has_it_last_lets_go)
{
	struct thing a = { 1 }, b = { 1 };

	ck_assert(loan_lend(loan, &a));
	ck_assert_ptr_eq(loan_take(loan), &a);
	loan_call_back(loan);
	ck_assert_int_eq(a.alive, 1);
	/* Until then there is nothing to take, nor room for another. */
	ck_assert(!loan_lend(loan, &b));
	loan_give_back(loan);
	ck_assert_int_eq(a.alive, 0);
	ck_assert(loan_lend(loan, &b));
	loan_free(&loan);
	ck_assert_int_eq(b.alive, 0);
}
END_TEST

/* ---- Side by side -------------------------------------------------------- */

static _Atomic bool stop;
static _Atomic long taken;

static void *
take_on(void *arg)
{
	const struct thing *thing;

	while (!atomic_load(&stop)) {
		thing = loan_take(loan);
		if (thing == NULL) {
			(void)sched_yield();
			continue;
		}
		if (thing->alive != 1)
			*(bool *)arg = true;
		atomic_fetch_add(&taken, 1);
		loan_give_back(loan);
	}
	return NULL;
}

/* Each thing was lent when it was alive, and is let go of once. */
START_TEST(nobody_has_what_was_let_go_of)
{
	static struct thing things[THINGS];
	bool dead[TAKERS] = { false };
	pthread_t threads[TAKERS];
	int lent = 0;

	for (int i = 0; i < TAKERS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, take_on, &dead[i]), 0);
	while (atomic_load(&taken) < TAKEN) {
		struct thing *next = &things[lent % THINGS];

		loan_call_back(loan);
		next->alive = 1;
		lent += loan_lend(loan, next);
		(void)sched_yield();
	}
	atomic_store(&stop, true);
	for (int i = 0; i < TAKERS; i++) {
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
		ck_assert_msg(!dead[i], "thread %d had a dead one", i);
	}
	loan_call_back(loan);
	ck_assert_int_eq(atomic_load(&let_go_of), lent);
}
END_TEST

/* ---- Forks --------------------------------------------------------------- */

static void *
keep(void *arg)
{
	pthread_barrier_t *barrier = arg;

	(void)loan_take(loan);
	(void)pthread_barrier_wait(barrier);
	(void)pthread_barrier_wait(barrier);
	loan_give_back(loan);
	return NULL;
}

/*
 * In the child: what a thread of the parent's has is let go of, once the caller
 * has it no more.
 */
static int
use_renewed(const struct thing *thing, bool has_it)
{
	loan_renew(loan);
	loan_call_back(loan);
	if (has_it && thing->alive != 1)
		return 2;
	if (has_it)
		loan_give_back(loan);
	return thing->alive == 0 ? 0 : 1;
}

/* Called back before the fork, or after it. */
START_TEST(a_child_has_no_other_takers)
{
	const bool has_it = (_i & 1) != 0, before = (_i & 2) != 0;
	struct thing a = { 1 };
	pthread_barrier_t barrier;
	pthread_t thread;
	int status;
	pid_t pid;

	ck_assert_int_eq(pthread_barrier_init(&barrier, NULL, 2), 0);
	ck_assert(loan_lend(loan, &a));
	ck_assert_int_eq(pthread_create(&thread, NULL, keep, &barrier), 0);
	(void)pthread_barrier_wait(&barrier);
	if (has_it)
		ck_assert_ptr_eq(loan_take(loan), &a);
	if (before)
		loan_call_back(loan);
	pid = fork();
	if (pid == 0)
		_exit(use_renewed(&a, has_it));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	(void)pthread_barrier_wait(&barrier);
	if (has_it)
		loan_give_back(loan);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	loan_call_back(loan);
	ck_assert_int_eq(a.alive, 0);
	ck_assert_int_eq(atomic_load(&let_go_of), 1);
	(void)pthread_barrier_destroy(&barrier);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("loan");
	TCase *tc = tcase_create("loan");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, there_is_nothing_at_first);
	tcase_add_test(tc, it_is_let_go_of_when_called_back);
	tcase_add_test(tc, who_has_it_last_lets_go);
	tcase_add_test(tc, nobody_has_what_was_let_go_of);
	tcase_add_loop_test(tc, a_child_has_no_other_takers, 0, 4);
	return run_suite(suite);
}
