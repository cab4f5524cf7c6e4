/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/run/no_proxy.c: what covers a host, and what is left.
 */
#include "run/no_proxy.c"

#include "support/run.h"

static const struct {
	const char *entry, *host;
	bool covers;
} rows[] = {
	{ "*", "api.example.com", true },
	{ "api.example.com", "api.example.com", true },
	{ "API.example.com", "api.example.com", true },
	{ "example.com", "api.example.com", true },
	{ ".example.com", "api.example.com", true },
	{ "*.example.com", "api.example.com", true },
	{ "api.example.com:443", "api.example.com", true },
	{ "ample.com", "api.example.com", false },
	{ "x.api.example.com", "api.example.com", false },
	{ "com.", "api.example.com", false },
	{ "", "api.example.com", false },
	{ ".", "api.example.com", false },
	{ "127.0.0.1", "127.0.0.1", true },
	{ "127.0.0.0/8", "127.0.0.1", true },
	{ "0.0.0.0/0", "127.0.0.1", true },
	{ "127.0.0.0/32", "127.0.0.1", false },
	{ "10.0.0.0/8", "127.0.0.1", false },
	{ "127.0.0.0/33", "127.0.0.1", false },
	{ "127.0.0.0/x", "127.0.0.1", false },
	{ "127.0.0.0/", "127.0.0.1", false },
	{ "127.0.0.0/-1", "127.0.0.1", false },
	{ "127.0.0.0/8x", "127.0.0.1", false },
	{ "127.0.0/8", "127.0.0.1", false },
	{ "10.0.0.0/8", "api.example.com", false },
	{ "::1", "::1", true },
	{ "[::1]", "::1", true },
	{ "[::1]:443", "::1", true },
	{ "[::2]", "::1", false },
};

START_TEST(what_covers_a_host)
{
	const char *entry = rows[_i].entry;

	ck_assert_msg(no_proxy_covers(entry, strlen(entry), rows[_i].host) ==
		rows[_i].covers,
	    "%s and %s", entry, rows[_i].host);
}
END_TEST

START_TEST(a_long_entry_covers_nothing)
{
	char entry[ENTRY_MAX + 2];

	memset(entry, 'a', sizeof(entry) - 1);
	entry[sizeof(entry) - 1] = '\0';
	ck_assert(!no_proxy_covers(entry, strlen(entry), entry));
	ck_assert(no_proxy_covers(entry, strlen(entry) - 1, entry + 1));
}
END_TEST

static const struct {
	const char *list, *rest;
} lists[] = {
	{ "", "" },
	{ "localhost", "localhost" },
	{ "localhost, api.example.com ,10.0.0.0/8", "localhost,10.0.0.0/8" },
	{ "*", "" },
	{ ",,example.com,,other.test,", "other.test" },
	{ "127.0.0.0/8 a b", "a,b" },
};

START_TEST(what_is_left)
{
	static const char *const hosts[] = { "api.example.com", "127.0.0.1" };
	char *rest = no_proxy_without(lists[_i].list, hosts, 2);

	ck_assert_str_eq(rest, lists[_i].rest);
	for (int i = 0; i < 2; i++)
		ck_assert(!no_proxy_has(rest, hosts[i]));
	free(rest);
}
END_TEST

START_TEST(a_list_has_a_host)
{
	ck_assert(no_proxy_has("a, b ,example.com", "api.example.com"));
	ck_assert(!no_proxy_has("a, b", "api.example.com"));
	ck_assert(!no_proxy_has(" , ", "api.example.com"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("no_proxy");
	TCase *tc = tcase_create("no_proxy");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, what_covers_a_host, 0, ROWS(rows));
	tcase_add_test(tc, a_long_entry_covers_nothing);
	tcase_add_loop_test(tc, what_is_left, 0, ROWS(lists));
	tcase_add_test(tc, a_list_has_a_host);
	return run_suite(suite);
}
