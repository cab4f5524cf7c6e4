/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/lib/since.c: every form, in a zone with and without a Z,
 * and what is none.
 */
#include "lib/since.c"

#include <stdlib.h>

#include "support/run.h"

#define NOW 1769860800 /* 2026-01-31T12:00:00Z */

static const struct {
	const char *text;
	int64_t at; /* in a zone two hours east; -1: none */
} rows[] = {
	{ "2026-01-31", 1769810400 },
	{ "2026-01-31T12:00:00Z", NOW },
	{ "2026-01-31 14:00", NOW },
	{ "2026-01-31T14:00:05", NOW + 5 },
	{ "2026-01-31T12:00Z", NOW },
	{ "@1769860800", NOW },
	{ "@0", 0 },
	{ "90s", NOW - 90 },
	{ "15m", NOW - 900 },
	{ "24h", NOW - 86400 },
	{ "7d", NOW - 604800 },
	{ "today", 1769810400 },
	{ "yesterday", 1769724000 },
	{ "", -1 },
	{ "@", -1 },
	{ "@-1", -1 },
	{ "@1x", -1 },
	{ "-1h", -1 },
	{ "1y", -1 },
	{ "1hx", -1 },
	{ "h", -1 },
	{ "2026", -1 },
	{ "2026-02-30", -1 },
	{ "2026-13-01", -1 },
	{ "2026-01-31T", -1 },
	{ "2026-01-31T25:00", -1 },
	{ "2026-01-31T12:00:00z", -1 },
	{ "2026-01-31x", -1 },
	{ "1926-01-31", -1 },
	{ "tomorrow", -1 },
};

START_TEST(a_point_in_time)
{
	int64_t at = 0;
	bool ok;

	ck_assert_int_eq(setenv("TZ", "XXX-2", 1), 0);
	tzset();
	ok = since_read(rows[_i].text, NOW, &at);
	ck_assert_msg(ok == (rows[_i].at >= 0), "%s", rows[_i].text);
	if (ok)
		ck_assert_msg(at == rows[_i].at, "%s: %lld", rows[_i].text,
		    (long long)at);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("since");
	TCase *tc = tcase_create("since");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_point_in_time, 0, ROWS(rows));
	return run_suite(suite);
}
