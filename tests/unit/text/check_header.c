/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Header fields: names and values.
 */
#include "base/str.h"
#include "support/run.h"
#include "text/header.h"

static const struct field {
	struct apam_str s;
	bool name, value;
} fields[] = {
	{ { NULL, 0 }, false, true },
	{ { "X-Api-Key", 9 }, true, true },
	{ { "!#$%&'*+-.^_`|~09azAZ", 21 }, true, true },
	{ { "X Y", 3 }, false, true },
	{ { "X:", 2 }, false, true },
	{ { "X\"", 2 }, false, true },
	{ { "(X)", 3 }, false, true },
	{ { "X/Y", 3 }, false, true },
	{ { "\xc3\xa4", 2 }, false, true },
	{ { " X", 2 }, false, false },
	{ { "X ", 2 }, false, false },
	{ { "\tX", 2 }, false, false },
	{ { "X\t", 2 }, false, false },
	{ { "X\tY", 3 }, false, false },
	{ { "X\0", 2 }, false, false },
	{ { "X\r\nY: z", 7 }, false, false },
	{ { "X\n", 2 }, false, false },
	{ { "X\r", 2 }, false, false },
	{ { "X\x7fY", 3 }, false, false },
	{ { "X\x1b[0m", 5 }, false, false },
	{ { " ", 1 }, false, false },
	{ { "ok\n", 2 }, true, true },
};

START_TEST(test_field)
{
	ck_assert_msg(header_name_ok(fields[_i].s) == fields[_i].name,
	    "name, row %d", _i);
	ck_assert_msg(header_value_ok(fields[_i].s) == fields[_i].value,
	    "value, row %d", _i);
}
END_TEST

/* Each byte against the list of RFC 9110, 5.6.2. */
START_TEST(test_token_chars)
{
	for (int c = 0; c < 256; c++)
		ck_assert_msg(header_is_token_char((char)c) ==
			(str_is_alnum((char)c) ||
			    str_is_one_of((char)c, "!#$%&'*+-.^_`|~")),
		    "byte %d", c);
}
END_TEST

START_TEST(test_find)
{
	static const struct apam_header headers[] = {
		{ { "Content-Type", 12 }, { "text/html", 9 } },
		{ { "retry-after", 11 }, { "1", 1 } },
		{ { "Retry-After", 11 }, { "2", 1 } },
	};
	struct apam_str name = APAM_STR("RETRY-AFTER");

	ck_assert(str_equal(header_find(headers, 3, name), APAM_STR("1")));
	ck_assert_uint_eq(header_find(headers, 1, name).n, 0);
	ck_assert_uint_eq(header_find(NULL, 0, name).n, 0);
	ck_assert_uint_eq(header_find(headers, 3, APAM_STR("Retry")).n, 0);
}
END_TEST

static const struct {
	const char *name;
	bool framing;
} names[] = {
	{ "Connection", true },
	{ "Content-Length", true },
	{ "Expect", true },
	{ "Host", true },
	{ "HTTP2-Settings", true },
	{ "Keep-Alive", true },
	{ "Proxy-Authorization", true },
	{ "Proxy-Connection", true },
	{ "TE", true },
	{ "Trailer", true },
	{ "Transfer-Encoding", true },
	{ "Upgrade", true },
	{ "hOST", true },
	{ "Accept", false },
	{ "Hos", false },
	{ "Hosts", false },
	{ "", false },
};

START_TEST(some_headers_frame)
{
	ck_assert_msg(
	    header_is_framing(apam_str(names[_i].name)) == names[_i].framing,
	    "%s", names[_i].name);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("header");
	TCase *tc = tcase_create("header");

	tcase_add_loop_test(tc, test_field, 0, ROWS(fields));
	tcase_add_test(tc, test_token_chars);
	tcase_add_test(tc, test_find);
	tcase_add_loop_test(tc, some_headers_frame, 0, ROWS(names));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
