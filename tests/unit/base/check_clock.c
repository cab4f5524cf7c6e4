/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/clock.c: units, and that the one clock never runs
 * backwards.
 */
#include "base/clock.h"

#include <limits.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/clock.h"
#include "support/run.h"

#define HOUR_MS 3600000

static void
sleep_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

START_TEST(it_runs_forward_in_milliseconds)
{
	int64_t start = clock_ms(), now;

	ck_assert_int_gt(start, 0);
	sleep_ms(60);
	now = clock_ms();
	ck_assert_int_ge(now - start, 59);
	ck_assert_int_lt(now - start, 60000);
}
END_TEST

START_TEST(what_is_left_fits_an_int)
{
	const int64_t now = clock_ms();

	ck_assert_int_eq(clock_left(now - 1), 0);
	ck_assert_int_eq(clock_left(INT64_MIN / 2), 0);
	ck_assert_int_le(clock_left(now + 5000), 5000);
	ck_assert_int_gt(clock_left(now + 5000000), 5000);
	ck_assert_int_eq(clock_left(now + INT_MAX + INT64_C(60000)), INT_MAX);
	ck_assert_int_eq(clock_left(INT64_MAX), INT_MAX);
}
END_TEST

START_TEST(it_never_runs_backwards)
{
	int64_t last = clock_ms(), now;

	for (int i = 0; i < 100000; i++) {
		now = clock_ms();
		ck_assert_int_ge(now, last);
		last = now;
	}
}
END_TEST

/* Through suspend too, so it is never behind the clock that stops then. */
START_TEST(it_is_not_behind_the_monotonic_clock)
{
	struct timespec t;

	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &t), 0);
	ck_assert_int_ge(
	    clock_ms() + 1, (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000);
}
END_TEST

/* Soon enough, and not before the coarse clock knows of it. */
START_TEST(the_next_second_is_there_when_it_says)
{
	for (int i = 0; i < 3; i++) {
		const time_t second = time(NULL);
		const int64_t before = clock_ms();
		const int64_t at = clock_next_second();

		ck_assert_int_gt(at, before);
		ck_assert_int_le(at, clock_ms() + 1010);
		while (clock_ms() < at)
			sleep_ms(1);
		ck_assert_int_gt(time(NULL), second);
	}
}
END_TEST

START_TEST(unix_time_is_the_wall_clocks)
{
	int64_t before = (int64_t)time(NULL);
	int64_t now = clock_unix();

	ck_assert_int_ge(now, before);
	ck_assert_int_le(now, (int64_t)time(NULL));
	/* Seconds since 1970, not milliseconds and not since boot. */
	ck_assert_int_gt(now, 1600000000);
	ck_assert_int_lt(now, 100000000000);
}
END_TEST

START_TEST(it_has_milliseconds_too)
{
	const int64_t before = clock_unix() * 1000;
	const int64_t now = clock_unix_ms();

	/* time(NULL) may be a tick behind. */
	ck_assert_int_ge(now, before);
	ck_assert_int_lt(now, before + 60000);
	sleep_ms(30);
	ck_assert_int_ge(clock_unix_ms(), now + 20);
}
END_TEST

/* Whole seconds, parts of one, and what carries over. */
START_TEST(a_time_to_come_is_by_its_clock)
{
	static const int64_t spans[] = { 0, 1, 999, 1000, 1001, 86399999 };
	struct timespec before, after, then;
	int64_t from, to, at;

	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &before), 0);
	ck_assert(clock_after(CLOCK_MONOTONIC, spans[_i], &then));
	ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &after), 0);
	ck_assert(then.tv_nsec >= 0 && then.tv_nsec < 1000000000);
	from = (int64_t)before.tv_sec * 1000000000 + before.tv_nsec;
	to = (int64_t)after.tv_sec * 1000000000 + after.tv_nsec;
	at = (int64_t)then.tv_sec * 1000000000 + then.tv_nsec;
	ck_assert_int_ge(at, from + spans[_i] * 1000000);
	ck_assert_int_le(at, to + spans[_i] * 1000000);
}
END_TEST

START_TEST(a_clock_that_is_none_says_no_time)
{
	struct timespec then;

	ck_assert(!clock_after((clockid_t)-1, 1, &then));
}
END_TEST

/* ---- The clocks of tests, tests/support/clock.h --------------------------- */

START_TEST(time_passes_as_it_is)
{
	const int64_t before = clock_ms();

	clock_pass(30);
	ck_assert_int_ge(clock_ms(), before + 29);
	ck_assert_int_lt(clock_ms(), before + HOUR_MS);
}
END_TEST

START_TEST(a_test_moves_all_clocks)
{
	const int64_t ms = clock_ms(), unix_ms = clock_unix_ms();
	const time_t second = time(NULL);

	clock_advance(HOUR_MS);
	clock_hasten();
	clock_pass(HOUR_MS);
	ck_assert_int_ge(clock_ms(), ms + 2 * HOUR_MS);
	ck_assert_int_ge(clock_unix_ms(), unix_ms + 2 * HOUR_MS);
	ck_assert_int_ge(time(NULL), second + 2 * HOUR_MS / 1000);
	ck_assert_int_lt(clock_ms(), ms + 3 * HOUR_MS);
}
END_TEST

START_TEST(the_wall_clock_is_set_alone)
{
	const int64_t ms = clock_ms(), unix_s = clock_unix();

	clock_set_wall(-HOUR_MS / 1000);
	ck_assert_int_lt(clock_unix(), unix_s);
	ck_assert_int_ge(clock_ms(), ms);
	clock_set_wall(0);
	ck_assert_int_ge(clock_unix(), unix_s);
}
END_TEST

/* What is waited for by POSIX is as far away as it was. */
START_TEST(a_moved_clock_makes_no_wait_longer)
{
	struct timespec right, moved;

	ck_assert(clock_after(CLOCK_MONOTONIC, 1000, &right));
	clock_advance(HOUR_MS);
	ck_assert(clock_after(CLOCK_MONOTONIC, 1000, &moved));
	ck_assert_int_lt(moved.tv_sec - right.tv_sec, HOUR_MS / 1000 / 2);
}
END_TEST

START_TEST(a_child_has_the_clocks_of_its_test)
{
	const int64_t before = clock_ms();
	const pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		clock_advance(HOUR_MS);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_int_ge(clock_ms(), before + HOUR_MS);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("clock");
	TCase *tc = tcase_create("clock");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, it_runs_forward_in_milliseconds);
	tcase_add_test(tc, what_is_left_fits_an_int);
	tcase_add_test(tc, it_never_runs_backwards);
	tcase_add_test(tc, it_is_not_behind_the_monotonic_clock);
	tcase_add_test(tc, the_next_second_is_there_when_it_says);
	tcase_add_test(tc, unix_time_is_the_wall_clocks);
	tcase_add_test(tc, it_has_milliseconds_too);
	tcase_add_loop_test(tc, a_time_to_come_is_by_its_clock, 0, 6);
	tcase_add_test(tc, a_clock_that_is_none_says_no_time);
	tcase_add_test(tc, time_passes_as_it_is);
	tcase_add_test(tc, a_test_moves_all_clocks);
	tcase_add_test(tc, the_wall_clock_is_set_alone);
	tcase_add_test(tc, a_moved_clock_makes_no_wait_longer);
	tcase_add_test(tc, a_child_has_the_clocks_of_its_test);
	/* Each test has clocks of its own, which is tested here. */
	return run_suite_apart(suite);
}
