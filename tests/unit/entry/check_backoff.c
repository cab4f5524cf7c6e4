/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/backoff.c: bounds that hold for every draw, and a spread
 * that a constant or a narrow jitter would not have.
 */
#include "entry/backoff.h"

#include "support/run.h"

#define DRAWS 4000

static const struct {
	unsigned failures;
	int64_t most;
} waits[] = {
	{ 1, 1000 },
	{ 2, 2000 },
	{ 3, 4000 },
	{ 4, 8000 },
	{ 8, 128000 },
	{ 9, 256000 },
	{ 10, BACKOFF_MAX_MS },
	{ 11, BACKOFF_MAX_MS },
	{ 64, BACKOFF_MAX_MS },
	{ 1000000, BACKOFF_MAX_MS },
	{ UINT32_MAX, BACKOFF_MAX_MS },
	{ 0, 1000 },
};

START_TEST(from_half_the_step_to_the_whole)
{
	int64_t most = waits[_i].most, sum = 0;
	int low = 0, high = 0;

	for (int i = 0; i < DRAWS; i++) {
		int64_t ms = backoff_ms(waits[_i].failures);

		ck_assert_msg(ms >= most / 2 && ms <= most, "%u: %lld ms",
		    waits[_i].failures, (long long)ms);
		low += ms <= most * 55 / 100;
		high += ms > most * 95 / 100;
		sum += ms;
	}
	/* Evenly: a tenth is in each end, the mean is in the middle. */
	ck_assert_int_gt(low, DRAWS / 20);
	ck_assert_int_gt(high, DRAWS / 20);
	ck_assert_int_gt(sum / DRAWS, most * 72 / 100);
	ck_assert_int_lt(sum / DRAWS, most * 78 / 100);
}
END_TEST

static const struct {
	const char *name;
	int64_t from, came, until, low, high;
} refreshes[] = {
	{ "an hour", 0, 100, 3600000, 2700000, 3240000 },
	{ "not at the clock's zero", 5000000, 5000100, 8600000, 7700000,
	    8240000 },
	{ "two seconds", 0, 0, 2000, 1500, 1800 },
	/* 2 s before the end would be too late for an exchange of 2 s. */
	{ "a slow exchange", 0, 2000, 5000, 2000, 2000 },
	{ "a rather slow one", 0, 1000, 6000, 4500, 4500 },
	{ "slower than its life", 0, 9000, 5000, 9000, 9000 },
	{ "no life at all", 700, 700, 700, 700, 700 },
	{ "for ever", 0, 100, INT64_MAX, INT64_MAX, INT64_MAX },
	{ "ten years", 0, 0, 315360000000, 236520000000, 283824000000 },
};

START_TEST(refreshes_are_ahead_of_the_end)
{
	int64_t least = INT64_MAX, most = 0, span;

	for (int i = 0; i < DRAWS; i++) {
		int64_t at = backoff_refresh_at(refreshes[_i].from,
		    refreshes[_i].came, refreshes[_i].until);

		ck_assert_msg(
		    at >= refreshes[_i].low && at <= refreshes[_i].high,
		    "%s: at %lld", refreshes[_i].name, (long long)at);
		least = at < least ? at : least;
		most = at > most ? at : most;
	}
	span = refreshes[_i].high - refreshes[_i].low;
	ck_assert_msg(most - least >= span * 9 / 10, "%s: from %lld to %lld",
	    refreshes[_i].name, (long long)least, (long long)most);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("backoff");
	TCase *tc = tcase_create("backoff");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(
	    tc, from_half_the_step_to_the_whole, 0, ROWS(waits));
	tcase_add_loop_test(
	    tc, refreshes_are_ahead_of_the_end, 0, ROWS(refreshes));
	return run_suite(suite);
}
