/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/text/path_rule.c: which rules there are, which paths fit them,
 * and paths by which somebody would get around a rule.
 */
#include "text/path_rule.h"

#include <stdio.h>

#include "base/str.h"
#include "support/run.h"
#include "text/url_path.h"

/* ---- Rules ------------------------------------------------------------ */

static const struct {
	const char *rule, *why; /* NULL: it is one */
} rules[] = {
	{ "/", NULL },
	{ "/*", NULL },
	{ "/api", NULL },
	{ "/api/", NULL },
	{ "/api/*", NULL },
	{ "/.well-known/x", NULL },
	{ "/v1/users:list", NULL },
	{ "/a%20b/c", NULL },
	{ "/%C3%A9t%C3%A9/*", NULL },
	{ "/%25", NULL },
	{ "api", "does not begin with a slash" },
	{ "*", "star" },
	{ "https://h/api", "begin with a slash" },
	{ "/api*", "star" },
	{ "/api/*/x", "star" },
	{ "/api/**", "star" },
	{ "/*/", "star" },
	{ "//*", "empty segment" },
	{ "/api//x", "empty segment" },
	{ "//", "empty segment" },
	{ "/api/../x", "dot segment" },
	{ "/api/./*", "dot segment" },
	{ "/api?x", "leave out query" },
	{ "/api#x", "leave out query" },
	{ "/api;x", "';'" },
	{ "/api%3Bx", "';'" },
	{ "/api%3bx", "lower case" },
	{ "/a%2Fb", "encoded slash" },
	{ "/a%5Cb", "encoded slash or backslash" },
	{ "/a\\b", "must be encoded" },
	{ "/%61pi", "needs none" },
	{ "/%7Eme", "needs none" },
	{ "/a%", "begins no escape" },
	{ "/a%4", "begins no escape" },
	{ "/a%zz", "begins no escape" },
	{ "/a%00b", "control character" },
	{ "/a%0D%0Ab", "control character" },
	{ "/a b", "must be encoded" },
	{ "/a\"b", "must be encoded" },
	{ "/a[1]", "must be encoded" },
	{ "/\xc3\xa9", "must be encoded" },
	{ "/%FF", "not UTF-8" },
	{ "/a./b", "dot or a space" },
	{ "/a%20", "dot or a space" },
};

START_TEST(a_rule_has_one_spelling)
{
	const char *why = path_rule_problem(apam_str(rules[_i].rule));

	if (rules[_i].why == NULL)
		ck_assert_msg(why == NULL, "%s: %s", rules[_i].rule, why);
	else
		ck_assert_msg(why != NULL && strstr(why, rules[_i].why) != NULL,
		    "%s: %s", rules[_i].rule, why == NULL ? "none" : why);
}
END_TEST

/* ---- Paths ------------------------------------------------------------ */

static const struct {
	const char *rule, *path;
	bool fits;
} fits[] = {
	{ "/*", "/", true },
	{ "/*", "/a/b/c", true },
	{ "/", "/", true },
	{ "/", "/a", false },
	{ "/api/*", "/api/", true },
	{ "/api/*", "/api/a", true },
	{ "/api/*", "/api/a/b/", true },
	{ "/api/*", "/api", false },
	{ "/api/*", "/apis/a", false },
	{ "/api/*", "/API/a", false },
	{ "/api/*", "/x/api/a", false },
	{ "/api", "/api", true },
	{ "/api", "/api/", false },
	{ "/api", "/api/a", false },
	{ "/api/", "/api/", true },
	{ "/api/", "/api/a", false },
	{ "/a%20b/*", "/a%20b/c", true },
	{ "/a/*", "/a/*", true },
};

START_TEST(a_path_fits_or_not)
{
	const struct apam_str path = apam_str(fits[_i].path);

	ck_assert_ptr_null(path_unsure(path));
	ck_assert_msg(
	    path_rule_fits(apam_str(fits[_i].rule), path) == fits[_i].fits,
	    "%s: %s", fits[_i].rule, fits[_i].path);
}
END_TEST

/*
 * All lead out of /api/ on some server, to /admin; or another server takes them
 * for another path than the rule does.
 */
static const char *const astray[] = {
	"/api/../admin",
	"/api/..",
	"/api/.",
	"/api/./admin",
	"/api/%2e%2e/admin",
	"/api/%2E%2E/admin",
	"/api/.%2e/admin",
	"/api/%2E./admin",
	"/api/%252e%252e/admin",
	"/api/%25252e%25252e/admin",
	"/api/..%2fadmin",
	"/api/..%2Fadmin",
	"/api/..%5Cadmin",
	"/api/..%5cadmin",
	"/api/..%252Fadmin",
	"/api/%2F..%2Fadmin",
	"/api%2Fadmin",
	"/api%2f..%2fadmin",
	"/api/..;/admin",
	"/api/..;a=b/admin",
	"/api/..%3B/admin",
	"/api/..%3b/admin",
	"/api/;/../admin",
	"/api/;x",
	"/api/x;y=z",
	"/api/..%00/admin",
	"/api/%00",
	"/api/x%00.json",
	"/api/..%20/admin",
	"/api/.%20./admin",
	"/api/..%09/admin",
	"/api/..%0A/admin",
	"/api/..%0D/admin",
	"/api//admin",
	"//api/x",
	"/api//../admin",
	"/api///../../admin",
	"/api/.../admin",
	"/api/..../admin",
	"/api/x./y",
	"/api/x.",
	"/api/x..",
	"/api/x%20",
	"/api/x%20/y",
	"/api/%C0%AE%C0%AE/admin",
	"/api/%c0%ae%c0%ae/admin",
	"/api/%E0%80%AE%E0%80%AE/admin",
	"/api/%EF%BC%8E%EF%BC%8E/admin",
	"/api/%E2%80%A5/admin",
	"/api/..%EF%BC%8Fadmin",
	"/api/..%E2%88%95admin",
	"/api/..%E2%80%8B/admin",
	"/api/.%E2%80%8B./admin",
	"/api/..%C2%AD/admin",
	"/api/..%CD%BE/admin",
	"/api/%u002e%u002e/admin",
	"/api/%%32%65%%32%65/admin",
	"/api/%2%65%2%65/admin",
	"/api/%61dmin",
	"/api/%41dmin",
	"/api/%c3%a9",
	"/api/%C3%a9",
	"/api/%C3",
	"/api/%7e",
	"/api/%7Ex",
	"/api/x%2Dy",
	"/api/x%",
	"/api/x%2",
	"/api/x%G1",
	"/api/a|b",
	"/api/a\\..\\..\\admin",
	"/api/a^b",
	"/api/<x>",
	"/api/{x}",
	"/api/\x7f",
	"/api/\xff",
	"api/x",
	"",
	"*",
};

START_TEST(no_path_leads_astray)
{
	ck_assert_msg(
	    path_unsure(apam_str(astray[_i])) != NULL, "%s", astray[_i]);
}
END_TEST

START_TEST(a_path_has_an_end)
{
	static char path[URL_MAX + 2];

	memset(path, 'a', sizeof(path));
	path[0] = '/';
	ck_assert_ptr_null(path_unsure((struct apam_str){ path, URL_MAX }));
	ck_assert_ptr_nonnull(
	    path_unsure((struct apam_str){ path, URL_MAX + 1 }));
}
END_TEST

/* ---- Rules of rules --------------------------------------------------- */

static const struct {
	const char *wide, *narrow;
	bool covers;
} pairs[] = {
	{ "/*", "/*", true },
	{ "/*", "/a", true },
	{ "/*", "/", true },
	{ "/a/*", "/a/b/*", true },
	{ "/a/*", "/a/b", true },
	{ "/a/*", "/a/", true },
	{ "/a", "/a", true },
	{ "/a/*", "/a", false },
	{ "/a/b/*", "/a/*", false },
	{ "/a/b", "/a/*", false },
	{ "/a/", "/a/*", false },
	{ "/a", "/b", false },
	{ "/a/*", "/ab/*", false },
};

START_TEST(a_rule_covers_another)
{
	ck_assert_msg(path_rule_covers(apam_str(pairs[_i].wide),
			  apam_str(pairs[_i].narrow)) == pairs[_i].covers,
	    "%s: %s", pairs[_i].wide, pairs[_i].narrow);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("path_rule");
	TCase *tc = tcase_create("path_rule");

	tcase_add_loop_test(tc, a_rule_has_one_spelling, 0, ROWS(rules));
	tcase_add_loop_test(tc, a_path_fits_or_not, 0, ROWS(fits));
	tcase_add_loop_test(tc, no_path_leads_astray, 0, ROWS(astray));
	tcase_add_test(tc, a_path_has_an_end);
	tcase_add_loop_test(tc, a_rule_covers_another, 0, ROWS(pairs));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
