/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/fork_gate.c: a fork waits for those who are in foreign
 * code, they do not wait for each other, and the child's gate is open.
 */
#define _DEFAULT_SOURCE
#include "base/fork_gate.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"

static sem_t inside;
static atomic_bool working;

static void *
work(void *arg)
{
	(void)arg;
	fork_defer();
	atomic_store(&working, true);
	sem_post(&inside);
	/* Long enough for a gate that does not wait to be seen shut. */
	(void)usleep(20000);
	atomic_store(&working, false);
	fork_permit();
	return NULL;
}

START_TEST(shutting_waits_for_those_inside)
{
	pthread_t thread;

	ck_assert_int_eq(sem_init(&inside, 0, 0), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, work, NULL), 0);
	while (sem_wait(&inside) != 0)
		;
	fork_gate_shut();
	ck_assert(!atomic_load(&working));
	fork_gate_open();
	pthread_join(thread, NULL);
	sem_destroy(&inside);
}
END_TEST

static void *
pass(void *arg)
{
	fork_defer();
	*(bool *)arg = true;
	fork_permit();
	return NULL;
}

START_TEST(threads_do_not_keep_each_other_out)
{
	bool passed = false;
	pthread_t thread;

	fork_defer();
	ck_assert_int_eq(pthread_create(&thread, NULL, pass, &passed), 0);
	pthread_join(thread, NULL);
	ck_assert(passed);
	fork_permit();
}
END_TEST

static void *
shut(void *arg)
{
	sem_post(&inside);
	fork_gate_shut();
	atomic_store(&working, true);
	fork_gate_open();
	return arg;
}

/* A module is called within the gate, and what it calls may enter it again. */
START_TEST(who_is_inside_may_enter_again)
{
	pthread_t thread;

	ck_assert_int_eq(sem_init(&inside, 0, 0), 0);
	fork_defer();
	ck_assert_int_eq(pthread_create(&thread, NULL, shut, NULL), 0);
	while (sem_wait(&inside) != 0)
		;
	/* Until the fork waits, as a rule; else the test shows less. */
	(void)usleep(20000);
	fork_defer();
	fork_permit();
	ck_assert(!atomic_load(&working));
	fork_permit();
	pthread_join(thread, NULL);
	ck_assert(atomic_load(&working));
	sem_destroy(&inside);
}
END_TEST

START_TEST(the_gate_of_a_child_is_open)
{
	bool passed = false;
	int status;
	pid_t pid;

	fork_gate_shut();
	pid = fork();
	if (pid == 0) {
		(void)alarm(10);
		fork_gate_renew();
		(void)pass(&passed);
		_exit(passed ? 0 : 1);
	}
	fork_gate_open();
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

/* As the handler of a signal does that came during a module's call. */
static int
fork_inside(void)
{
	int status;
	pid_t pid;

	(void)alarm(10);
	fork_gate_shut();
	pid = fork();
	if (pid == 0)
		fork_gate_renew();
	else
		fork_gate_open();
	fork_permit();
	/* It is inside no more: another fork need not wait, nor be told. */
	fork_gate_shut();
	fork_gate_open();
	if (pid == 0)
		_exit(0);
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

START_TEST(a_thread_may_fork_while_it_is_inside)
{
	fork_defer();
	ck_assert_int_eq(fork_inside(), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("fork_gate");
	TCase *tc = tcase_create("fork_gate");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, shutting_waits_for_those_inside);
	tcase_add_test(tc, threads_do_not_keep_each_other_out);
	tcase_add_test(tc, who_is_inside_may_enter_again);
	tcase_add_test(tc, the_gate_of_a_child_is_open);
	tcase_add_test(tc, a_thread_may_fork_while_it_is_inside);
	return run_suite(suite);
}
