/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/lib/when.c: points in time in any zone, and how long ago
 * they are, at each limit between two units.
 */
#include "lib/when.c"

#include <stdlib.h>

#include "support/run.h"

static const struct {
	const char *zone;
	int64_t seconds;
	const char *text;
} times[] = {
	{ "UTC0", 0, "-" },
	{ "UTC0", -1, "-" },
	{ "UTC0", INT64_MAX, "-" },
	{ "UTC0", 1, "1970-01-01T00:00:01Z" },
	{ "UTC0", 1769860800, "2026-01-31T12:00:00Z" },
	{ "XXX-1", 1769860800, "2026-01-31T12:00:00Z" },
	{ "XXX3:30", 1769860800, "2026-01-31T12:00:00Z" },
};

START_TEST(a_time)
{
	char to[WHEN_SIZE];

	ck_assert_int_eq(setenv("TZ", times[_i].zone, 1), 0);
	tzset();
	memset(to, 0x5a, sizeof(to));
	when_text(to, times[_i].seconds);
	ck_assert_str_eq(to, times[_i].text);
}
END_TEST

static const struct {
	int64_t seconds;
	const char *text;
} ages[] = {
	{ INT64_MIN, "0s" },
	{ -1, "0s" },
	{ 0, "0s" },
	{ 119, "119s" },
	{ 120, "2m" },
	{ 179, "2m" },
	{ 7199, "119m" },
	{ 7200, "2h" },
	{ 172799, "47h" },
	{ 172800, "2d" },
	{ 34560000, "400d" },
	{ INT64_MAX, "106751991167300d" },
};

START_TEST(an_age)
{
	char to[AGE_SIZE];

	memset(to, 0x5a, sizeof(to));
	age_text(to, ages[_i].seconds);
	ck_assert_str_eq(to, ages[_i].text);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("when");
	TCase *t = tcase_create("cli");

	tcase_add_loop_test(t, a_time, 0, ROWS(times));
	tcase_add_loop_test(t, an_age, 0, ROWS(ages));
	suite_add_tcase(s, t);
	return run_suite(s);
}
