/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Views: comparing, cutting, trimming, numbers.  The views of the tables have
 * lengths of their own, so that a NUL or a neighbour in the way shows.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "support/run.h"

static const struct compare {
	const char *name;
	struct apam_str a, b;
	bool equal, nocase, starts;
} compares[] = {
	{ "both empty", { NULL, 0 }, { NULL, 0 }, true, true, true },
	{ "NULL and literal", { NULL, 0 }, { "", 0 }, true, true, true },
	{ "empty and not", { NULL, 0 }, { "a", 1 }, false, false, false },
	{ "not and empty", { "a", 1 }, { NULL, 0 }, false, false, true },
	{ "same", { "abc", 3 }, { "abc", 3 }, true, true, true },
	{ "case", { "aBc", 3 }, { "AbC", 3 }, false, true, false },
	{ "prefix", { "abc", 3 }, { "ab", 2 }, false, false, true },
	{ "longer prefix", { "ab", 2 }, { "abc", 3 }, false, false, false },
	{ "last differs", { "abc", 3 }, { "abd", 3 }, false, false, false },
	{ "beyond the end", { "abX", 2 }, { "abY", 2 }, true, true, true },
	{ "after a NUL", { "a\0b", 3 }, { "a\0c", 3 }, false, false, false },
	{ "no letter: @ and `", { "@", 1 }, { "`", 1 }, false, false, false },
	{ "no letter: [ and {", { "[", 1 }, { "{", 1 }, false, false, false },
	{ "not ASCII", { "\xc4", 1 }, { "\xe4", 1 }, false, false, false },
};

START_TEST(test_compare)
{
	const struct compare *row = &compares[_i];

	ck_assert_msg(
	    str_equal(row->a, row->b) == row->equal, "equal: %s", row->name);
	ck_assert_msg(str_equal_nocase(row->a, row->b) == row->nocase,
	    "nocase: %s", row->name);
	ck_assert_msg(
	    str_starts(row->a, row->b) == row->starts, "starts: %s", row->name);
}
END_TEST

static const struct number {
	const char *text;
	int64_t max;
	bool ok;
	int64_t n;
} numbers[] = {
	{ "", 9, false, 0 },
	{ " 1", 9, false, 0 },
	{ "1 ", 9, false, 0 },
	{ "-1", 9, false, 0 },
	{ "+1", 9, false, 0 },
	{ "1a", 99, false, 0 },
	{ "0x1", 99, false, 0 },
	{ "1.0", 99, false, 0 },
	{ "/", 99, false, 0 },
	{ ":", 99, false, 0 },
	{ "\xb2", 99, false, 0 },
	{ "10", 9, false, 0 },
	{ "9", 8, false, 0 },
	{ "1", 0, false, 0 },
	{ "9223372036854775808", INT64_MAX, false, 0 },
	{ "92233720368547758070", INT64_MAX, false, 0 },
	{ "99999999999999999999999999", INT64_MAX, false, 0 },
	{ "0", 0, true, 0 },
	{ "9", 9, true, 9 },
	{ "007", 9, true, 7 },
	{ "65535", 65535, true, 65535 },
	{ "9223372036854775807", INT64_MAX, true, INT64_MAX },
};

START_TEST(test_number)
{
	const struct number *row = &numbers[_i];
	int64_t n = -1;

	ck_assert_msg(str_number(apam_str(row->text), row->max, &n) == row->ok,
	    "\"%s\" up to %lld", row->text, (long long)row->max);
	ck_assert_msg(
	    n == row->n, "\"%s\" gives %lld", row->text, (long long)n);
}
END_TEST

START_TEST(test_number_stops_at_length)
{
	int64_t n;

	ck_assert(str_number((struct apam_str){ "123", 2 }, 100, &n));
	ck_assert_int_eq(n, 12);
	ck_assert(!str_number((struct apam_str){ "1\0", 2 }, 100, &n));
	ck_assert(!str_number((struct apam_str){ NULL, 0 }, 100, &n));
}
END_TEST

static const struct trim {
	const char *text, *trimmed;
} trims[] = {
	{ "", "" },
	{ " ", "" },
	{ " \t \t", "" },
	{ "a", "a" },
	{ " a", "a" },
	{ "a\t", "a" },
	{ "\t a b \t", "a b" },
	{ "\na\r", "\na\r" },
};

START_TEST(test_trim)
{
	const struct trim *row = &trims[_i];

	ck_assert_msg(
	    str_equal(str_trim(apam_str(row->text)), apam_str(row->trimmed)),
	    "\"%s\"", row->text);
}
END_TEST

static const struct control {
	struct apam_str s;
	bool control;
} controls[] = {
	{ { NULL, 0 }, false },
	{ { "plain text ~", 12 }, false },
	{ { "\x80\xff", 2 }, false },
	{ { "a\0", 2 }, true },
	{ { "\t", 1 }, true },
	{ { "a\nb", 3 }, true },
	{ { "\x1f", 1 }, true },
	{ { "\x7f", 1 }, true },
	{ { "ok\n", 2 }, false },
};

START_TEST(test_control)
{
	ck_assert_msg(str_has_control(controls[_i].s) == controls[_i].control,
	    "row %d", _i);
}
END_TEST

START_TEST(test_find_skip_cut)
{
	struct apam_str s = APAM_STR("key=value=x"), none = { NULL, 0 };

	ck_assert_uint_eq(str_find(s, '='), 3);
	ck_assert_uint_eq(str_find(s, '?'), s.n);
	ck_assert_uint_eq(str_find(s, '\0'), s.n);
	ck_assert_uint_eq(str_find(none, 'a'), 0);
	ck_assert(str_equal(str_cut(s, 3), APAM_STR("key")));
	ck_assert(str_equal(str_skip(s, 4), APAM_STR("value=x")));
	ck_assert_uint_eq(str_skip(s, s.n).n, 0);
	ck_assert_uint_eq(str_cut(s, 0).n, 0);
	ck_assert_uint_eq(str_skip(none, 0).n, 0);
	ck_assert_uint_eq(str_find(str_cut(s, 2), '='), 2);
}
END_TEST

START_TEST(test_dup)
{
	char *copy = str_dup((struct apam_str){ "abcdef", 3 });
	char *empty = str_dup((struct apam_str){ NULL, 0 });

	ck_assert_str_eq(copy, "abc");
	ck_assert_str_eq(empty, "");
	ck_assert_ptr_null(str_dup((struct apam_str){ "", SIZE_MAX }));
	free(copy);
	free(empty);
}
END_TEST

START_TEST(test_lower)
{
	for (int c = 0; c < 256; c++) {
		int want = c >= 'A' && c <= 'Z' ? c + 32 : c;

		ck_assert_int_eq((unsigned char)str_lower((char)c), want);
	}
}
END_TEST

START_TEST(test_sarg)
{
	struct apam_str two = { "abc", 2 }, none = { NULL, 0 };
	char text[8];

	snprintf(text, sizeof(text), "%.*s", SARG(two));
	ck_assert_str_eq(text, "ab");
	snprintf(text, sizeof(text), "%.*s", SARG(none));
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(test_hex)
{
	static const char digits[] = "0123456789abcdef";
	const char c = (char)_i;
	const char *at = c == '\0' ? NULL : strchr(digits, str_lower(c));

	ck_assert_int_eq(str_hex(c), at == NULL ? -1 : (int)(at - digits));
}
END_TEST

/* Each byte, in each place of texts of several lengths. */
START_TEST(a_control_character_is_found_anywhere)
{
	char text[20];
	size_t n = (size_t)_i;

	for (size_t at = 0; at < n; at++) {
		for (int c = 0; c < 256; c++) {
			memset(text, c % 2 == 0 ? 'a' : '\x80', sizeof(text));
			text[at] = (char)c;
			ck_assert_msg(str_has_control((struct apam_str){
					  text, n }) == (c < 32 || c == 127),
			    "byte %d at %zu of %zu", c, at, n);
		}
	}
	ck_assert(!str_has_control((struct apam_str){ NULL, 0 }));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("str");
	TCase *tc = tcase_create("str");

	tcase_add_loop_test(tc, a_control_character_is_found_anywhere, 0, 20);
	tcase_add_loop_test(tc, test_compare, 0, ROWS(compares));
	tcase_add_loop_test(tc, test_number, 0, ROWS(numbers));
	tcase_add_test(tc, test_number_stops_at_length);
	tcase_add_loop_test(tc, test_trim, 0, ROWS(trims));
	tcase_add_loop_test(tc, test_control, 0, ROWS(controls));
	tcase_add_test(tc, test_find_skip_cut);
	tcase_add_test(tc, test_dup);
	tcase_add_test(tc, test_lower);
	tcase_add_loop_test(tc, test_hex, 0, 256);
	tcase_add_test(tc, test_sarg);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
