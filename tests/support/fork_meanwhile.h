/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fork by another thread while this one is in the middle of a call: at once
 * where nothing defers it, else after the call.  The child keeps its copies of
 * all descriptors until the end.
 */
#ifndef TESTS_FORK_MEANWHILE_H
#define TESTS_FORK_MEANWHILE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fork_gate.h"
#include "support/run.h"

/* For one that is deferred, all of this passes. */
#define MEANWHILE_MS 200

static struct {
	bool wanted; /* by the next call of meanwhile_now */
	bool begun;
	_Atomic bool forked;
	pthread_t thread;
	int end[2]; /* a pipe: its end is the child's */
	pid_t child;
} meanwhile;

static void *
meanwhile_fork(void *unused)
{
	char byte;

	(void)unused;
	meanwhile.child = fork();
	if (meanwhile.child == 0) {
		(void)close(meanwhile.end[1]);
		_exit(read(meanwhile.end[0], &byte, 1) == 0 ? 0 : 1);
	}
	atomic_store(&meanwhile.forked, true);
	return NULL;
}

/* As a context does, and ask for one fork. */
static void
meanwhile_want(void)
{
	ck_assert_int_eq(
	    pthread_atfork(fork_gate_shut, fork_gate_open, fork_gate_renew), 0);
	ck_assert_int_eq(pipe(meanwhile.end), 0);
	meanwhile.wanted = true;
}

/* In the middle of the call. */
static void
meanwhile_now(void)
{
	const int64_t until = clock_ms() + MEANWHILE_MS;

	if (!meanwhile.wanted)
		return;
	meanwhile.wanted = false;
	meanwhile.begun = true;
	ck_assert_int_eq(
	    pthread_create(&meanwhile.thread, NULL, meanwhile_fork, NULL), 0);
	while (!atomic_load(&meanwhile.forked) && clock_ms() < until)
		clock_sleep(1);
}

/* The call has returned, and there is a child, which has what it was left. */
static void
meanwhile_forked(void)
{
	ck_assert(meanwhile.begun);
	ck_assert_int_eq(pthread_join(meanwhile.thread, NULL), 0);
	ck_assert_int_gt(meanwhile.child, 0);
}

static void
meanwhile_end(void)
{
	int how;

	ck_assert_int_eq(close(meanwhile.end[0]) + close(meanwhile.end[1]), 0);
	ck_assert_int_eq(waitpid(meanwhile.child, &how, 0), meanwhile.child);
	ck_assert_int_eq(how, 0);
}

#endif
