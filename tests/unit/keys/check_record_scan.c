/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/record_scan.c: values as RFC 8259 has them and what is
 * none, where a problem is, and that the quick way to a string takes what the
 * slow one would have taken.  Each text lies at the end of its memory, so that
 * valgrind and the sanitizers see who reads on.
 */
#include "keys/record_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run.h"

static struct key_scan scan;
static struct key_scan_value value;
static char *copy;

static void
begin(const char *text, size_t n)
{
	free(copy);
	copy = malloc(n + (n == 0));
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, n);
	key_scan_begin(&scan, (struct apam_str){ copy, n });
}

static void
begin_text(const char *text)
{
	begin(text, strlen(text));
}

static void
teardown(void)
{
	free(copy);
	copy = NULL;
}

/* ---- Values ------------------------------------------------------------ */

static const struct {
	const char *text;
	enum key_scan_kind kind;
	const char *string;
	int64_t number;
} values[] = {
	{ "\"\"", KEY_SCAN_STRING, "", 0 },
	{ " \t\r\n\"a\" ", KEY_SCAN_STRING, "a", 0 },
	{ "\"1234567\"", KEY_SCAN_STRING, "1234567", 0 },
	{ "\"12345678\"", KEY_SCAN_STRING, "12345678", 0 },
	{ "\"123456789 ~!#[]\"", KEY_SCAN_STRING, "123456789 ~!#[]", 0 },
	{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", KEY_SCAN_STRING, "\"\\/\b\f\n\r\t",
	    0 },
	{ "\"1234567\\n89\"", KEY_SCAN_STRING, "1234567\n89", 0 },
	{ "\"\\u0041\\u00e9\\u20AC\"", KEY_SCAN_STRING, "A\xc3\xa9\xe2\x82\xac",
	    0 },
	{ "\"\\ud83d\\ude00\"", KEY_SCAN_STRING, "\xf0\x9f\x98\x80", 0 },
	{ "\"seven..\xc3\xa9\"", KEY_SCAN_STRING, "seven..\xc3\xa9", 0 },
	{ "\"\x7f\"", KEY_SCAN_STRING, "\x7f", 0 },
	{ "0", KEY_SCAN_NUMBER, NULL, 0 },
	{ "-7", KEY_SCAN_NUMBER, NULL, -7 },
	{ "9223372036854775807", KEY_SCAN_NUMBER, NULL, INT64_MAX },
	{ "1.5", KEY_SCAN_OTHER, NULL, 0 },
	{ "1e9", KEY_SCAN_OTHER, NULL, 0 },
	{ "1E+9", KEY_SCAN_OTHER, NULL, 0 },
	{ "true", KEY_SCAN_OTHER, NULL, 0 },
	{ "false", KEY_SCAN_OTHER, NULL, 0 },
	{ "null", KEY_SCAN_OTHER, NULL, 0 },
};

START_TEST(a_value_is_what_it_says)
{
	begin_text(values[_i].text);
	ck_assert_msg(key_scan_value(&scan, &value), "%s", values[_i].text);
	ck_assert_int_eq(value.kind, values[_i].kind);
	if (value.kind == KEY_SCAN_STRING) {
		ck_assert_str_eq(value.text, values[_i].string);
		ck_assert_uint_eq(value.n, strlen(values[_i].string));
	}
	if (value.kind == KEY_SCAN_NUMBER)
		ck_assert_int_eq(value.number, values[_i].number);
	ck_assert(key_scan_end(&scan));
}
END_TEST

/* Cut anywhere, it is not a value, unless it is a number that is shorter. */
START_TEST(a_value_that_is_cut_is_none)
{
	const char *text = values[_i].text;

	for (size_t n = 0; n < strlen(text); n++) {
		begin(text, n);
		if (!key_scan_value(&scan, &value))
			ck_assert_ptr_nonnull(scan.why);
		else
			ck_assert_msg(
			    value.kind != KEY_SCAN_STRING || text[n - 1] == '"',
			    "%s cut to %zu", text, n);
	}
}
END_TEST

static const struct {
	const char *text;
	long at; /* where the problem is */
	const char *why;
} bad[] = {
	{ "", 0, "the JSON ends too early" },
	{ "x", 0, "the JSON is malformed" },
	{ "True", 0, "the JSON is malformed" },
	{ "\"a", 2, "the JSON ends too early" },
	{ "\"1234567890", 11, "the JSON ends too early" },
	{ "\"12345678\n\"", 9, "the JSON is malformed" },
	{ "\"a\x1f\"", 2, "the JSON is malformed" },
	{ "\"12345\x01"
	  "78\"",
	    6, "the JSON is malformed" },
	{ "\"\\x\"", 2, "the JSON is malformed" },
	{ "\"\\u12g4\"", 5, "the JSON is malformed" },
	{ "\"\\u0000\"", 7, "the JSON has an embedded NUL" },
	{ "\"\\ud800\"", 7, "the JSON is malformed" },
	{ "\"\\udc00\"", 7, "the JSON is malformed" },
	{ "\"\\ud800\\u0041\"", 13, "the JSON is malformed" },
	{ "\"\xff\"", 1, "it is not valid UTF-8" },
	{ "\"1234567\xc0\xaf\"", 8, "it is not valid UTF-8" },
	{ "01", 2, "the JSON is malformed" },
	{ "-", 1, "the JSON ends too early" },
	{ "1.", 2, "the JSON ends too early" },
	{ "1.x", 2, "the JSON is malformed" },
	{ "1e", 2, "the JSON ends too early" },
	{ "9223372036854775808", 19,
	    "the JSON has a number that is too large" },
	{ "{", 0, "it is nested too deeply" },
	{ "[", 0, "it is nested too deeply" },
};

START_TEST(what_is_no_value_is_refused_where_it_is)
{
	begin_text(bad[_i].text);
	ck_assert_msg(!key_scan_value(&scan, &value), "%s", bad[_i].text);
	ck_assert_str_eq(scan.why, bad[_i].why);
	ck_assert_int_eq(scan.why_at - copy, bad[_i].at);
	/* The first problem stays, and nothing more is taken. */
	ck_assert(!key_scan_value(&scan, &value));
	ck_assert(!key_scan_take(&scan, ','));
	ck_assert(!key_scan_end(&scan));
	ck_assert_str_eq(scan.why, bad[_i].why);
}
END_TEST

/* Each byte at each place of eight: plain, or seen. */
START_TEST(each_byte_is_told_wherever_it_is)
{
	const char c = (char)_i;
	char text[20] = "\"abcdefghijklmnop\"";

	for (size_t at = 1; at <= 16; at++) {
		memset(text + 1, 'a', 16);
		text[at] = c;
		begin_text(text);
		if (_i >= 0x20 && _i < 0x7f && c != '"' && c != '\\') {
			ck_assert(key_scan_string(&scan, &value));
			ck_assert(value.plain);
			ck_assert_uint_eq(value.n, 16);
			ck_assert_int_eq(value.text[at - 1], c);
		} else if (c == '"') {
			ck_assert(key_scan_string(&scan, &value));
			ck_assert_uint_eq(value.n, at - 1);
		} else if (_i == 0x7f) {
			ck_assert(key_scan_string(&scan, &value));
			ck_assert(!value.plain);
		} else {
			ck_assert_msg(!key_scan_string(&scan, &value),
			    "byte %#x at %zu", (unsigned)_i, at);
		}
	}
}
END_TEST

static const size_t lengths[] = { 254, 255, 256, 1000 };

START_TEST(a_long_string_is_checked_and_not_kept)
{
	const size_t n = lengths[_i];
	char text[1100] = "\"";

	memset(text + 1, 'a', n);
	text[n + 1] = '"';
	begin(text, n + 2);
	ck_assert(key_scan_string(&scan, &value));
	ck_assert_uint_eq(value.n, n);
	ck_assert_uint_eq(strlen(value.text), n <= KEY_SCAN_TEXT ? n : 0);
	text[n] = '\n';
	begin(text, n + 2);
	ck_assert(!key_scan_string(&scan, &value));
}
END_TEST

/* ---- The quick way ----------------------------------------------------- */

static const struct {
	const char *text, *same;
	bool is;
} sames[] = {
	{ "\"abc\",", "abc", true },
	{ " \n\"abc\"", "abc", true },
	{ "\"\"", "", true },
	{ "\"abc\"", "ab", false },
	{ "\"ab\"", "abc", false },
	{ "\"abd\"", "abc", false },
	{ "\"abc", "abc", false },
	{ "\"ab", "abc", false },
	{ "\"", "", false },
	{ "", "", false },
	{ "abc", "abc", false },
	{ "7", "7", false },
	/* The same bytes, but they mean another text. */
	{ "\"a\\nb\"", "a\\nb", false },
	{ "\"a\"b\"", "a\"b", false },
	/* The same text, written otherwise: that is for the slow way. */
	{ "\"\\u0061\"", "a", false },
	{ "\"\xc3\xa9\"", "\xc3\xa9", true },
};

START_TEST(the_quick_way_takes_what_it_is_sure_of)
{
	const char *at;

	begin_text(sames[_i].text);
	(void)key_scan_peek(&scan);
	at = scan.at;
	ck_assert_int_eq(key_scan_same(&scan, sames[_i].same), sames[_i].is);
	ck_assert_ptr_null(scan.why);
	if (!sames[_i].is) {
		ck_assert_ptr_eq(scan.at, at);
		return;
	}
	ck_assert_int_eq(scan.at - at, (long)strlen(sames[_i].same) + 2);
	begin_text(sames[_i].text);
	ck_assert(key_scan_string(&scan, &value));
	ck_assert_str_eq(value.text, sames[_i].same);
}
END_TEST

START_TEST(after_a_problem_nothing_is_the_same)
{
	begin_text("\"abc\"");
	key_scan_fail(&scan, "a reason");
	key_scan_fail(&scan, "another");
	ck_assert(!key_scan_same(&scan, "abc"));
	ck_assert_ptr_eq(scan.at, copy);
	ck_assert_str_eq(scan.why, "a reason");
}
END_TEST

/* A text with a NUL is not one that ends there. */
START_TEST(a_nul_is_no_end)
{
	begin("\"ab\0c\"", 6);
	ck_assert(!key_scan_same(&scan, "ab"));
	ck_assert(!key_scan_string(&scan, &value));
	begin("\0", 1);
	ck_assert(!key_scan_end(&scan));
}
END_TEST

/* ---- Members ----------------------------------------------------------- */

static const struct {
	const char *text;
	int members; /* -1: not well formed */
} lists[] = {
	{ "[]", 0 },
	{ "[ 1 ]", 1 },
	{ "[1,2,3]", 3 },
	{ "[1,]", -1 },
	{ "[,1]", -1 },
	{ "[1 2]", -1 },
	{ "[1", -1 },
	{ "[", -1 },
	{ "[1}", -1 },
};

START_TEST(members_are_apart_by_commas)
{
	bool first = true;
	int n = 0;

	begin_text(lists[_i].text);
	ck_assert(key_scan_take(&scan, '['));
	while (
	    key_scan_more(&scan, ']', &first) && key_scan_value(&scan, &value))
		n++;
	ck_assert_int_eq(scan.why == NULL && key_scan_end(&scan) ? n : -1,
	    lists[_i].members);
}
END_TEST

START_TEST(lines_are_counted)
{
	static const char text[] = "a\nb\n\nc";

	ck_assert_uint_eq(key_scan_line(APAM_STR(text), text), 1);
	ck_assert_uint_eq(key_scan_line(APAM_STR(text), text + 1), 1);
	ck_assert_uint_eq(key_scan_line(APAM_STR(text), text + 2), 2);
	ck_assert_uint_eq(key_scan_line(APAM_STR(text), text + 5), 4);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_scan");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_loop_test(tc, a_value_is_what_it_says, 0, ROWS(values));
	tcase_add_loop_test(tc, a_value_that_is_cut_is_none, 0, ROWS(values));
	tcase_add_loop_test(
	    tc, what_is_no_value_is_refused_where_it_is, 0, ROWS(bad));
	tcase_add_loop_test(tc, each_byte_is_told_wherever_it_is, 1, 256);
	tcase_add_loop_test(
	    tc, a_long_string_is_checked_and_not_kept, 0, ROWS(lengths));
	tcase_add_loop_test(
	    tc, the_quick_way_takes_what_it_is_sure_of, 0, ROWS(sames));
	tcase_add_test(tc, after_a_problem_nothing_is_the_same);
	tcase_add_test(tc, a_nul_is_no_end);
	tcase_add_loop_test(tc, members_are_apart_by_commas, 0, ROWS(lists));
	tcase_add_test(tc, lines_are_counted);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
