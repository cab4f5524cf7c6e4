/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/rules.c: paths, proxies and scheme names by tables, and
 * the problem that each refusal adds.
 */
#include "config/rules.h"

#include <string.h>

#include "support/run.h"

#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN

enum { OTHER, SUBJECT, OPTIONS };

static const struct apam_option options[] = {
	[OTHER] = { .name = "other" },
	[SUBJECT] = { .name = "subject" },
};
static const struct option_table table = { options, sizeof(options[0]),
	OPTIONS };

static struct apam_value values_of[OPTIONS];
static unsigned lines[OPTIONS] = { 3, 44 };
static const struct option_values values = {
	.values = values_of, .lines = lines, .count = OPTIONS
};
static struct problems all;
static const struct option_check check = { "f", &table, &values, &all };

static void
setup(void)
{
	memset(values_of, 0, sizeof(values_of));
	problems_init(&all);
}

typedef bool rule(const struct option_check *check, size_t i);

/* Run a rule on a text; expect a piece of the problem, or none. */
static void
expect(rule *obeys, const char *text, const char *why)
{
	values_of[SUBJECT].set = true;
	values_of[SUBJECT].str = apam_str(text);
	ck_assert_msg(obeys(&check, SUBJECT) == (why == NULL), "%s: %s", text,
	    all.first.text);
	ck_assert_uint_eq(all.count, why == NULL ? 0 : 1);
	if (why == NULL)
		return;
	ck_assert_msg(strstr(all.first.text, why) != NULL, "%s: %s", text,
	    all.first.text);
	ck_assert_msg(
	    strncmp(all.first.text, "subject: ", 9) == 0, "%s", all.first.text);
	ck_assert_int_eq(all.first.status, APAM_E_CONFIG);
	ck_assert_str_eq(all.first.file, "f");
	ck_assert_uint_eq(all.first.line, 44);
}

static const struct {
	const char *path, *why;
} paths[] = {
	{ "", "absolute" },
	{ "x", "absolute" },
	{ "./x", "absolute" },
	{ "~/x", "absolute" },
	{ "/a/../x", "" },
	{ "/a/./x", "" },
	{ "/a//x", "" },
	{ "/a\n", "" },
	{ "/" SIXTY SIXTY SIXTY SIXTY SIXTY SIXTY SIXTY SIXTY SIXTY, "" },
	{ "/x", NULL },
	{ "/a b/c.pem", NULL },
	{ "/a/", NULL },
};

START_TEST(a_path_is_absolute)
{
	expect(option_check_path, paths[_i].path, paths[_i].why);
}
END_TEST

static const struct {
	const char *url, *why;
} proxies[] = {
	{ "", "" },
	{ "proxy.example", "" },
	{ "proxy.example:3128", "" },
	{ "socks5://proxy.example", "" },
	{ "file:///etc/passwd", "" },
	{ "http://user:fake@proxy.example", "" },
	{ "http://proxy.example:0", "" },
	{ "http://proxy.example:99999", "" },
	{ "http://proxy.example/path", "host and port alone" },
	{ "http://proxy.example/?q", "host and port alone" },
	{ "http://proxy.example?q", "host and port alone" },
	{ "http://proxy.example?", "host and port alone" },
	{ "http://proxy.example/#", "" },
	{ "http://proxy.example#f", "" },
	{ "http://proxy.example", NULL },
	{ "http://proxy.example/", NULL },
	{ "https://proxy.example:3128", NULL },
	{ "HTTP://PROXY.example", NULL },
	{ "http://[::1]:3128", NULL },
	{ "http://127.0.0.1", NULL },
};

START_TEST(a_proxy_is_a_place)
{
	expect(option_check_proxy, proxies[_i].url, proxies[_i].why);
	ck_assert_ptr_null(strstr(all.first.text, "fake"));
}
END_TEST

START_TEST(what_is_not_set_is_not_wrong)
{
	ck_assert(option_check_path(&check, SUBJECT));
	ck_assert(option_check_proxy(&check, SUBJECT));
	ck_assert_uint_eq(all.count, 0);
}
END_TEST

START_TEST(a_refusal_names_its_option)
{
	ck_assert(
	    !option_check_refuse(&check, OTHER, "is %d, not %s", 7, "%d"));
	ck_assert_str_eq(all.first.text, "other: is 7, not %d");
	ck_assert_uint_eq(all.first.line, 3);
	ck_assert(!option_check_refuse(&check, SUBJECT, "x"));
	ck_assert_uint_eq(all.count, 2);
	ck_assert_str_eq(all.first.text, "other: is 7, not %d");
}
END_TEST

START_TEST(a_long_refusal_is_cut)
{
	char text[2000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	ck_assert(!option_check_refuse(&check, OTHER, "%s", text));
	ck_assert_uint_eq(
	    strnlen(all.first.text, sizeof(all.first.text)), 7 + 255);
}
END_TEST

/* ---- Scheme names ----------------------------------------------------- */

static const struct {
	struct apam_str name;
	bool ok;
} schemes[] = {
	{ { "", 0 }, false },
	{ { "-", 1 }, false },
	{ { "-a", 2 }, false },
	{ { "A", 1 }, false },
	{ { "aB", 2 }, false },
	{ { "a_b", 3 }, false },
	{ { "a.b", 3 }, false },
	{ { "a/b", 3 }, false },
	{ { "..", 2 }, false },
	{ { "a b", 3 }, false },
	{ { "a\0", 2 }, false },
	{ { "a\n", 2 }, false },
	{ { "caf\xc3\xa9", 5 }, false },
	{ { SIXTY "12345", 65 }, false },
	{ { SIXTY "1234", 64 }, true },
	{ { "a", 1 }, true },
	{ { "7", 1 }, true },
	{ { "a-", 2 }, true },
	{ { "oauth2--x-9", 11 }, true },
	{ { "az09/", 4 }, true },
	{ { "`", 1 }, false },
	{ { "{", 1 }, false },
	{ { ":", 1 }, false },
};

START_TEST(a_scheme_is_no_path)
{
	ck_assert_msg(scheme_name_ok(schemes[_i].name) == schemes[_i].ok,
	    "row %d: %s", _i, schemes[_i].name.p);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("option_check");
	TCase *tc = tcase_create("option_check");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, a_path_is_absolute, 0, ROWS(paths));
	tcase_add_loop_test(tc, a_proxy_is_a_place, 0, ROWS(proxies));
	tcase_add_test(tc, what_is_not_set_is_not_wrong);
	tcase_add_test(tc, a_refusal_names_its_option);
	tcase_add_test(tc, a_long_refusal_is_cut);
	tcase_add_loop_test(tc, a_scheme_is_no_path, 0, ROWS(schemes));
	return run_suite(suite);
}
