/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/flight/wakeup.c: it ends a wait in a poll set, however often it
 * is sent, and touches no descriptor that has come in place of its own.
 */
#include "flight/wakeup.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "flight/pollset.h"
#include "support/run.h"

static int set;
static struct pollset_event event;

static void
setup(void)
{
	set = pollset_new();
	ck_assert_int_ge(set, 0);
}

static void
teardown(void)
{
	(void)close(set);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const int times[] = { 1, 5, 64, 65, 100000 };

START_TEST(a_wakeup_is_sent_once_or_more_and_cleared_once)
{
	struct wakeup wake;

	ck_assert(wakeup_open(&wake));
	ck_assert_int_ne(fcntl(wake.in.fd, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_int_ne(fcntl(wake.out.fd, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert(pollset_watch(set, wake.in.fd, true, false));
	wakeup_clear(&wake); /* does not wait */
	ck_assert_int_eq(pollset_wait(set, &event, 1, 0), 0);
	for (int i = 0; i < times[_i]; i++)
		wakeup_send(&wake); /* nor does this */
	ck_assert_int_eq(pollset_wait(set, &event, 1, 0), 1);
	ck_assert_int_eq(event.fd, wake.in.fd);
	wakeup_clear(&wake);
	ck_assert_int_eq(pollset_wait(set, &event, 1, 0), 0);
	wakeup_close(&wake);
	wakeup_close(&wake);
}
END_TEST

/* Another socket, of either number, is not sent to nor read from. */
START_TEST(a_wakeup_leaves_alone_what_is_not_its_own)
{
	struct wakeup wake;
	int other[2], was;
	char c;

	ck_assert(wakeup_open(&wake));
	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, other), 0);
	was = _i == 0 ? wake.in.fd : wake.out.fd;
	ck_assert_int_eq(dup2(other[0], was), was);
	ck_assert(!wakeup_is_ours(&wake));
	ck_assert_int_eq(write(other[1], "x", 1), 1);
	wakeup_send(&wake);
	wakeup_clear(&wake);
	ck_assert_int_lt(read(other[1], &c, 1), 0);
	ck_assert_int_eq(read(other[0], &c, 1), 1);
	wakeup_close(&wake);
	ck_assert_int_ge(fcntl(was, F_GETFD), 0);
	(void)close(was);
	(void)close(other[0]);
	(void)close(other[1]);
}
END_TEST

static void *
wake_soon(void *arg)
{
	const struct timespec t = { 0, 50000000 };

	(void)nanosleep(&t, NULL);
	wakeup_send(arg);
	return NULL;
}

START_TEST(a_wakeup_ends_a_wait)
{
	int64_t start = now_ms();
	struct wakeup wake;
	pthread_t thread;

	ck_assert(wakeup_open(&wake));
	ck_assert(pollset_watch(set, wake.in.fd, true, false));
	ck_assert_int_eq(pthread_create(&thread, NULL, wake_soon, &wake), 0);
	ck_assert_int_eq(pollset_wait(set, &event, 1, -1), 1);
	ck_assert_int_ge(now_ms() - start, 40);
	(void)pthread_join(thread, NULL);
	wakeup_close(&wake);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("wakeup");
	TCase *tc = tcase_create("wakeup");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
	    tc, a_wakeup_is_sent_once_or_more_and_cleared_once, 0, ROWS(times));
	tcase_add_loop_test(
	    tc, a_wakeup_leaves_alone_what_is_not_its_own, 0, 2);
	tcase_add_test(tc, a_wakeup_ends_a_wait);
	return run_suite(suite);
}
