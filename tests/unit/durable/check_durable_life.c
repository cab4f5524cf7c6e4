/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/durable/durable_life.c: what is left of a life, in this boot, in
 * another one, and where nobody tells them apart.
 */
#include "durable/durable_life.h"

#include <stdio.h>
#include <string.h>

#include "support/run.h"

#define OTHER "00000000-1111-2222-3333-444444444444"

static const struct {
	const char *label;
	const char *boot; /* NULL: this one */
	int64_t from, until, now, left;
} rows[] = {
	{ "it has begun", NULL, 1000, 5000, 1000, 4000 },
	{ "its last moment", NULL, 1000, 5000, 4999, 1 },
	{ "its end", NULL, 1000, 5000, 5000, 0 },
	{ "after it", NULL, 1000, 5000, 9000, 0 },
	{ "no end", NULL, 1000, INT64_MAX, 2000, INT64_MAX - 2000 },
	{ "a clock that is behind", NULL, 1000, 5000, 10, 4990 },
	{ "another boot", OTHER, 1000, 5000, 2000, 0 },
	{ "another boot, early", OTHER, 1000, 5000, 10, 0 },
	{ "another boot, without an end", OTHER, 1000, INT64_MAX, 10, 0 },
	{ "perhaps this boot", DURABLE_BOOT_UNKNOWN, 1000, 5000, 2000, 3000 },
	{ "not this boot", DURABLE_BOOT_UNKNOWN, 1000, 5000, 999, 0 },
	{ "perhaps this boot, later", DURABLE_BOOT_UNKNOWN, 1000, 5000, 5000,
	    0 },
};

START_TEST(what_is_left)
{
	struct durable_life life = durable_life_of(
	    rows[_i].from, rows[_i].until);

	ck_assert(durable_life_ok(&life));
	if (rows[_i].boot != NULL)
		(void)snprintf(
		    life.boot, sizeof(life.boot), "%s", rows[_i].boot);
	ck_assert(durable_life_ok(&life));
	ck_assert_msg(durable_life_left(&life, rows[_i].now) == rows[_i].left,
	    "%s: %lld", rows[_i].label,
	    (long long)durable_life_left(&life, rows[_i].now));
}
END_TEST

START_TEST(none_has_ended)
{
	const struct durable_life none = { .until = 0 };

	ck_assert(durable_life_ok(&none));
	ck_assert_int_eq(durable_life_left(&none, 0), 0);
	ck_assert_int_eq(durable_life_left(&none, 1000), 0);
}
END_TEST

static const struct durable_life bad[] = {
	{ 1, 0, DURABLE_BOOT_UNKNOWN },
	{ 0, 0, DURABLE_BOOT_UNKNOWN },
	{ -1, 5, DURABLE_BOOT_UNKNOWN },
	{ 6, 5, DURABLE_BOOT_UNKNOWN },
	{ 0, -5, DURABLE_BOOT_UNKNOWN },
	{ 1, 5, "" },
	{ 1, 5, "--" },
	{ 1, 5, "00000000-1111-2222-3333-44444444444" },
	{ 1, 5, "00000000-1111-2222-3333-44444444444X" },
};

START_TEST(what_is_not_one)
{
	ck_assert(!durable_life_ok(&bad[_i]));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("durable_life");
	TCase *tc = tcase_create("durable_life");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(
	    tc, what_is_left, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tc, none_has_ended);
	tcase_add_loop_test(
	    tc, what_is_not_one, 0, (int)(sizeof(bad) / sizeof(bad[0])));
	return run_suite(suite);
}
