/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/text/suggest.c: distances, both ways round, and what is near
 * enough to mention.
 */
#include "text/suggest.h"

#include <stdlib.h>
#include <string.h>

#include "support/run.h"

static const struct {
	const char *a, *b;
	unsigned distance;
} pairs[] = {
	{ "", "", 0 },
	{ "", "abc", 3 },
	{ "abc", "abc", 0 },
	{ "abc", "abd", 1 },
	{ "abc", "ab", 1 },
	{ "abc", "bc", 1 },
	{ "abc", "acb", 1 },
	{ "abc", "bac", 1 },
	{ "abc", "xabc", 1 },
	{ "abc", "cba", 2 },
	{ "abc", "xyz", 3 },
	{ "ca", "abc", 3 },
	{ "kitten", "sitting", 3 },
	{ "token_url", "tokenurl", 1 },
	{ "token_url", "toekn_ulr", 2 },
	{ "a", "A", 1 },
};

START_TEST(a_distance_counts_slips)
{
	const unsigned there = suggest_distance(pairs[_i].a, pairs[_i].b);
	const unsigned back = suggest_distance(pairs[_i].b, pairs[_i].a);

	ck_assert_msg(there == pairs[_i].distance && back == there,
	    "'%s' and '%s': %u and %u for %u", pairs[_i].a, pairs[_i].b, there,
	    back, pairs[_i].distance);
}
END_TEST

START_TEST(long_names_are_cut)
{
	char a[1000], b[1000];

	memset(a, 'a', sizeof(a) - 1);
	memset(b, 'b', sizeof(b) - 1);
	a[sizeof(a) - 1] = b[sizeof(b) - 1] = '\0';
	ck_assert_uint_eq(suggest_distance(a, b), 64);
	b[0] = 'a';
	ck_assert_uint_eq(suggest_distance(a, b), 63);
	memset(b, 'a', 64);
	ck_assert_uint_eq(suggest_distance(a, b), 0);
}
END_TEST

static const struct {
	const char *name, *best;
	bool near;
} nears[] = {
	{ "clent_id", "client_id", true },
	{ "orgins", "origins", true },
	{ "auht", "auth", true },
	{ "tl", "ttl", true },
	{ "t", "ttl", false },
	{ "a", "b", false },
	{ "", "ttl", false },
	{ "password", "proxy", false },
	{ "secret", "client_secret", false },
	{ "x", NULL, false },
	{ "oauth2", "oauth2-client-credentials", true },
	{ "share", "share_credentials", true },
	{ "oauth", "oauth2-client-credentials", false },
	{ "e", "e-mail", false },
};

START_TEST(only_the_near_is_mentioned)
{
	ck_assert_msg(
	    suggest_near(nears[_i].name, nears[_i].best) == nears[_i].near,
	    "%s", nears[_i].name);
}
END_TEST

START_TEST(the_nearest_wins)
{
	const char *best = NULL;

	suggest_consider("token_ulr", "scope", &best);
	ck_assert_str_eq(best, "scope");
	suggest_consider("token_ulr", "token_url", &best);
	suggest_consider("token_ulr", "token_uri", &best);
	suggest_consider("token_ulr", "issuer", &best);
	ck_assert_str_eq(best, "token_url");
	best = NULL;
	suggest_consider("basic", "magic", &best);
	suggest_consider("basic", "basic-email-key", &best);
	suggest_consider("basic", "basics", &best);
	ck_assert_str_eq(best, "basic-email-key");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("suggest");
	TCase *tc = tcase_create("suggest");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_distance_counts_slips, 0, ROWS(pairs));
	tcase_add_test(tc, long_names_are_cut);
	tcase_add_loop_test(tc, only_the_near_is_mentioned, 0, ROWS(nears));
	tcase_add_test(tc, the_nearest_wins);
	return run_suite(suite);
}
