/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/utf8.c: the edges of each range of RFC 3629, 4, from both
 * sides.
 */
#include "base/utf8.h"

#include <stdlib.h>

#include "support/run.h"

static const struct {
	const char *bytes;
	size_t length;
} rows[] = {
	{ "", 0 },
	{ "a", 1 },
	{ "\x7f", 1 },
	{ "\x80", 0 },
	{ "\xbf", 0 },
	{ "\xc0\x80", 0 },
	{ "\xc1\xbf", 0 },
	{ "\xc2\x80", 2 },
	{ "\xc2\x80\x80", 2 },
	{ "\xc2\x7f", 0 },
	{ "\xc2\xc0", 0 },
	{ "\xc2", 0 },
	{ "\xdf\xbf", 2 },
	{ "\xe0\x9f\xbf", 0 },
	{ "\xe0\xa0\x80", 3 },
	{ "\xe0\xa0", 0 },
	{ "\xe2\x82\xac", 3 },
	{ "\xe2\x82\x2c", 0 },
	{ "\xe2\x82\xff", 0 },
	{ "\xed\x9f\xbf", 3 },
	{ "\xed\xa0\x80", 0 },
	{ "\xed\xbf\xbf", 0 },
	{ "\xee\x80\x80", 3 },
	{ "\xef\xbf\xbf", 3 },
	{ "\xf0\x8f\xbf\xbf", 0 },
	{ "\xf0\x90\x80\x80", 4 },
	{ "\xf0\x90\x80", 0 },
	{ "\xf0\x90\x80\x41", 0 },
	{ "\xf3\xbf\xbf\xbf", 4 },
	{ "\xf4\x8f\xbf\xbf", 4 },
	{ "\xf4\x90\x80\x80", 0 },
	{ "\xf5\x80\x80\x80", 0 },
	{ "\xfe", 0 },
	{ "\xff\xff\xff\xff", 0 },
};

START_TEST(a_character_is_well_formed)
{
	const size_t length = utf8_length(apam_str(rows[_i].bytes));

	ck_assert_msg(length == rows[_i].length, "row %d: %zu for %zu", _i,
	    length, rows[_i].length);
}
END_TEST

START_TEST(a_view_ends_where_it_ends)
{
	ck_assert_uint_eq(utf8_length((struct apam_str){ "\xc2\x80", 1 }), 0);
	ck_assert_uint_eq(utf8_length((struct apam_str){ NULL, 0 }), 0);
	ck_assert_uint_eq(utf8_length((struct apam_str){ "\0", 1 }), 1);
}
END_TEST

/* The edges of what must not be shown, from both sides. */
static const struct {
	const char *bytes;
	size_t length;
} plain[] = {
	{ "\x1f", 0 },
	{ " ", 1 },
	{ "~", 1 },
	{ "\x7f", 0 },
	{ "\xc2\x80", 0 },
	{ "\xc2\x85", 0 },
	{ "\xc2\x9f", 0 },
	{ "\xc2\xa0", 2 },
	{ "\xd8\x9b", 2 },
	{ "\xd8\x9c", 0 },
	{ "\xd8\x9d", 2 },
	{ "\xe2\x80\x8d", 3 },
	{ "\xe2\x80\x8e", 0 },
	{ "\xe2\x80\x8f", 0 },
	{ "\xe2\x80\x90", 3 },
	{ "\xe2\x80\xa7", 3 },
	{ "\xe2\x80\xa8", 0 },
	{ "\xe2\x80\xa9", 0 },
	{ "\xe2\x80\xaa", 0 },
	{ "\xe2\x80\xae", 0 },
	{ "\xe2\x80\xaf", 3 },
	{ "\xe2\x81\xa5", 3 },
	{ "\xe2\x81\xa6", 0 },
	{ "\xe2\x81\xa9", 0 },
	{ "\xe2\x81\xaa", 3 },
	{ "\xf0\x9f\x94\x91", 4 },
	{ "\xff", 0 },
	{ "", 0 },
};

START_TEST(a_character_may_be_shown)
{
	const size_t length = utf8_plain_length(apam_str(plain[_i].bytes));

	ck_assert_msg(length == plain[_i].length, "row %d: %zu for %zu", _i,
	    length, plain[_i].length);
}
END_TEST

static const struct {
	struct apam_str text;
	bool plain;
} texts[] = {
	{ { NULL, 0 }, true },
	{ { "alice", 5 }, true },
	{ { "\xc3\xa4 \xf0\x9f\x94\x91", 7 }, true },
	{ { "alice\n", 6 }, false },
	{ { "\x1b[0m", 4 }, false },
	{ { "alice\xe2\x80\xae", 8 }, false },
	{ { "alice\xe2\x80", 7 }, false },
	{ { "ali\0ce", 6 }, false },
};

START_TEST(a_whole_text_may_be_shown)
{
	ck_assert_msg(
	    utf8_is_plain(texts[_i].text) == texts[_i].plain, "row %d", _i);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("utf8");
	TCase *tc = tcase_create("utf8");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_character_is_well_formed, 0, ROWS(rows));
	tcase_add_test(tc, a_view_ends_where_it_ends);
	tcase_add_loop_test(tc, a_character_may_be_shown, 0, ROWS(plain));
	tcase_add_loop_test(tc, a_whole_text_may_be_shown, 0, ROWS(texts));
	return run_suite(suite);
}
