/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/gate.c: nobody is inside while the gate is shut, however
 * many threads come, go and end; and nobody waits for what does not come.
 */
#define _DEFAULT_SOURCE
#include "base/gate.h"

#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"

/* More than there are places: some threads share one. */
#define CROWD (2 * TALLY_PLACES + 3)
#define PASSERS 4
#define PASSES 20000
#define SHUTTINGS 300

static struct gate gate = GATE_INIT;
static sem_t come, go;
static _Atomic int inside;

static void
setup(void)
{
	ck_assert_int_eq(sem_init(&come, 0, 0), 0);
	ck_assert_int_eq(sem_init(&go, 0, 0), 0);
}

static void
teardown(void)
{
	sem_destroy(&come);
	sem_destroy(&go);
}

static void
wait_for(sem_t *sem, int n)
{
	while (n > 0)
		n -= sem_wait(sem) == 0;
}

/* ---- A crowd ------------------------------------------------------------- */

/* Come in, say so, and stay until told to go. */
static void *
visit(void *arg)
{
	gate_enter(&gate);
	atomic_fetch_add(&inside, 1);
	sem_post(&come);
	wait_for(&go, 1);
	atomic_fetch_sub(&inside, 1);
	gate_leave(&gate);
	return arg;
}

static void *
shut_once(void *arg)
{
	int *seen = arg;

	sem_post(&come);
	gate_shut(&gate, false);
	*seen = atomic_load(&inside);
	gate_open(&gate);
	return NULL;
}

static void
let_go(pthread_t *threads, int n)
{
	for (int i = 0; i < n; i++)
		sem_post(&go);
	for (int i = 0; i < n; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}

static void
start(pthread_t *threads, int n, void *(*run)(void *arg))
{
	for (int i = 0; i < n; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, run, NULL), 0);
}

/* All of them are inside at once, and shutting waits for the last. */
START_TEST(a_crowd_is_waited_for)
{
	pthread_t threads[CROWD], shutter;
	int seen = -1;

	start(threads, CROWD, visit);
	wait_for(&come, CROWD);
	ck_assert_int_eq(atomic_load(&inside), CROWD);
	ck_assert_int_eq(pthread_create(&shutter, NULL, shut_once, &seen), 0);
	wait_for(&come, 1);
	let_go(threads, CROWD);
	ck_assert_int_eq(pthread_join(shutter, NULL), 0);
	ck_assert_int_eq(seen, 0);
}
END_TEST

/* What they counted at is free for others. */
START_TEST(threads_that_ended_are_not_waited_for)
{
	pthread_t thread;

	for (int i = 0; i < CROWD; i++) {
		start(&thread, 1, visit);
		let_go(&thread, 1);
	}
	gate_shut(&gate, false);
	gate_open(&gate);
}
END_TEST

/* ---- Coming while it is shut --------------------------------------------- */

START_TEST(who_comes_while_it_is_shut_waits)
{
	pthread_t threads[3];

	gate_shut(&gate, false);
	start(threads, 3, visit);
	/* Long enough for a gate that lets them in to be seen. */
	(void)usleep(20000);
	ck_assert_int_eq(atomic_load(&inside), 0);
	gate_open(&gate);
	wait_for(&come, 3);
	let_go(threads, 3);
}
END_TEST

/* ---- Passing and shutting at any moment ---------------------------------- */

/* Not atomic: the gate guards it, as race detectors see. */
static long left, right;

static void *
pass(void *arg)
{
	bool *torn = arg;

	for (int i = 0; i < PASSES; i++) {
		gate_enter(&gate);
		*torn = *torn || left != right;
		gate_leave(&gate);
	}
	return NULL;
}

START_TEST(nobody_is_inside_while_it_is_shut)
{
	bool torn[PASSERS] = { false };
	pthread_t threads[PASSERS];

	for (int i = 0; i < PASSERS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, pass, &torn[i]), 0);
	for (int i = 0; i < SHUTTINGS; i++) {
		gate_shut(&gate, false);
		left++;
		(void)usleep(1);
		right++;
		gate_open(&gate);
	}
	for (int i = 0; i < PASSERS; i++) {
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
		ck_assert_msg(!torn[i], "thread %d was inside", i);
	}
}
END_TEST

/* ---- Forks --------------------------------------------------------------- */

/* In the child: 0 where the gate can be shut, by one who is inside or not. */
static int
use_renewed(bool within)
{
	(void)alarm(10);
	gate_renew(&gate, within);
	gate_shut(&gate, within);
	gate_open(&gate);
	if (within)
		gate_leave(&gate);
	gate_shut(&gate, false);
	gate_open(&gate);
	gate_enter(&gate);
	gate_leave(&gate);
	return 0;
}

/* The threads that were inside are not in the child. */
START_TEST(nobody_else_is_inside_in_a_child)
{
	const bool within = _i == 1;
	pthread_t threads[3];
	int status;
	pid_t pid;

	start(threads, 3, visit);
	wait_for(&come, 3);
	if (within)
		gate_enter(&gate);
	pid = fork();
	if (pid == 0)
		_exit(use_renewed(within));
	if (within)
		gate_leave(&gate);
	let_go(threads, 3);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

/* The caller's own count is not waited for; those of others are. */
START_TEST(who_is_inside_can_shut_it)
{
	pthread_t threads[CROWD];

	gate_enter(&gate);
	gate_shut(&gate, true);
	gate_open(&gate);
	start(threads, CROWD, visit);
	wait_for(&come, CROWD);
	for (int i = 0; i < CROWD; i++)
		sem_post(&go);
	gate_shut(&gate, true);
	ck_assert_int_eq(atomic_load(&inside), 0);
	gate_open(&gate);
	gate_leave(&gate);
	for (int i = 0; i < CROWD; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("gate");
	TCase *tc = tcase_create("gate");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_crowd_is_waited_for);
	tcase_add_test(tc, threads_that_ended_are_not_waited_for);
	tcase_add_test(tc, who_comes_while_it_is_shut_waits);
	tcase_add_test(tc, nobody_is_inside_while_it_is_shut);
	tcase_add_loop_test(tc, nobody_else_is_inside_in_a_child, 0, 2);
	tcase_add_test(tc, who_is_inside_can_shut_it);
	return run_suite(suite);
}
