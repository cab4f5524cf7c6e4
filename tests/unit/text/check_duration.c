/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/text/duration.c: each unit, each edge of ten years, and what
 * looks like a duration but is none.
 */
#include "text/duration.h"

#include <stdlib.h>

#include "support/run.h"

#define BAD (-1)

static const struct {
	const char *text;
	int64_t seconds;
} rows[] = {
	{ "", BAD },
	{ "s", BAD },
	{ "90", BAD },
	{ "-1s", BAD },
	{ "+1s", BAD },
	{ " 1s", BAD },
	{ "1 s", BAD },
	{ "1s ", BAD },
	{ "1S", BAD },
	{ "1.5h", BAD },
	{ "1h30m", BAD },
	{ "0x10s", BAD },
	{ "1w", BAD },
	{ "1y", BAD },
	{ "1ms", BAD },
	{ "s1", BAD },
	{ "1\n", BAD },
	{ "315360001s", BAD },
	{ "5256001m", BAD },
	{ "87601h", BAD },
	{ "3651d", BAD },
	{ "99999999999999999999d", BAD },
	{ "9223372036854775807d", BAD },
	{ "18446744073709551617s", BAD },
	{ "0s", 0 },
	{ "1s", 1 },
	{ "90s", 90 },
	{ "15m", 900 },
	{ "8h", 28800 },
	{ "30d", 2592000 },
	{ "007s", 7 },
	{ "315360000s", 315360000 },
	{ "5256000m", 315360000 },
	{ "87600h", 315360000 },
	{ "3650d", 315360000 },
};

START_TEST(a_duration_is_digits_and_a_unit)
{
	int64_t seconds = 77;
	const bool good = duration_parse(apam_str(rows[_i].text), &seconds);

	ck_assert_msg(good == (rows[_i].seconds != BAD), "'%s'", rows[_i].text);
	ck_assert_msg(seconds == (good ? rows[_i].seconds : 0), "'%s': %lld",
	    rows[_i].text, (long long)seconds);
}
END_TEST

START_TEST(a_nul_is_no_digit)
{
	int64_t seconds;

	ck_assert(!duration_parse(APAM_STR("1\0s"), &seconds));
	ck_assert(!duration_parse(APAM_STR("1s\0"), &seconds));
	ck_assert(!duration_parse((struct apam_str){ NULL, 0 }, &seconds));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("duration");
	TCase *tc = tcase_create("duration");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_duration_is_digits_and_a_unit, 0, ROWS(rows));
	tcase_add_test(tc, a_nul_is_no_digit);
	return run_suite(suite);
}
