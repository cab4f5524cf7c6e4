/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Challenges in every shape that RFC 9110 allows, and many that it does not.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "support/find_challenge.h"
#include "support/run.h"

/* What `error` of `Bearer` is in a header; NULL where there is none. */
static const struct challenge {
	const char *header;
	bool scheme; /* a Bearer challenge is there */
	const char *error;
} challenges[] = {
	/* Nothing, or another scheme. */
	{ "", false, NULL },
	{ " ", false, NULL },
	{ ",", false, NULL },
	{ "Basic", false, NULL },
	{ "Basic realm=\"x\"", false, NULL },
	{ "Basic error=x", false, NULL },
	{ "Basic realm=\"Bearer error=invalid_token\"", false, NULL },
	{ "Basic realm=\"x, Bearer error=invalid_token\"", false, NULL },
	{ "Basic realm=\"\\\", Bearer error=x\"", false, NULL },
	{ "Bearers error=x", false, NULL },
	{ "Negotiate Bearer", false, NULL },
	/* The scheme alone. */
	{ "Bearer", true, NULL },
	{ "bEARER", true, NULL },
	{ " Bearer ", true, NULL },
	{ ",, ,Bearer,", true, NULL },
	{ "Bearer abc.DEF-_~+/==", true, NULL },
	{ "Bearer error=", true, NULL },
	{ "Bearer error", true, NULL },
	{ "Basic, Bearer", true, NULL },
	{ "Bearer, Basic error=x", true, NULL },
	{ "Bearer abc, Basic error=x", true, NULL },
	{ "Bearer realm=\"error=x\"", true, NULL },
	{ "Bearer xerror=x, error_=y", true, NULL },
	/* The first challenge of the scheme is the one. */
	{ "Bearer realm=x, Bearer error=y", true, NULL },
	{ "Bearer error=x, Bearer error=y", true, "x" },
	{ "Bearer error=x, error=y", true, "x" },
	/* Tokens and quoted strings. */
	{ "Bearer error=invalid_token", true, "invalid_token" },
	{ "Bearer error=\"invalid_token\"", true, "invalid_token" },
	{ "BEARER ERROR=\"x\"", true, "x" },
	{ "Bearer error=\"\"", true, "" },
	{ "Bearer error=\" a,b=c;\td \"", true, " a,b=c;\td " },
	{ "Bearer error=\"a\\\"b\\\\c\\d\"", true, "a\"b\\cd" },
	{ "Bearer error=\"\\\\\"", true, "\\" },
	{ "Bearer error=\"\xc3\xa4\"", true, "\xc3\xa4" },
	{ "Bearer realm=\"x\", error=\"y\", scope=\"z\"", true, "y" },
	{ "Bearer realm=\"x\",error=y,scope=z", true, "y" },
	/* White space and empty elements where they may be. */
	{ "\t Bearer   error\t =  x \t", true, "x" },
	{ "Bearer realm=x ,\t, error = \"y\" ,", true, "y" },
	{ "Bearer realm=x,,,error=y", true, "y" },
	{ "Bearer , error=x", true, "x" },
	{ "Bearer,error=x", true, "x" },
	/* Among others. */
	{ "Basic realm=\"a\", Bearer error=\"x\"", true, "x" },
	{ "Basic realm=a, charset=\"UTF-8\", Bearer error=x", true, "x" },
	{ "Negotiate, Bearer error=x", true, "x" },
	{ "Negotiate YWJj==, Bearer error=x", true, "x" },
	{ "Bearer error=x, Basic realm=y", true, "x" },
	{ "Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", "
	  "Bearer error=\"x\"",
	    true, "x" },
	/* Malformed: nothing is taken from the header. */
	{ "Bearer error=\"x", false, NULL },
	{ "Bearer error=\"x\\\"", false, NULL },
	{ "Bearer error=\"x\\", false, NULL },
	{ "Bearer error=\"", false, NULL },
	{ "Bearer error=x, realm=\"y", false, NULL },
	{ "Bearer error=x, realm=", false, NULL },
	{ "Bearer error=x, realm=,", false, NULL },
	{ "Bearer error=\"x\"y", false, NULL },
	{ "Bearer error=\"x\" realm=y", false, NULL },
	{ "Bearer error=x realm=y", false, NULL },
	{ "Bearer error=x;y", false, NULL },
	{ "Bearer error=https://x", false, NULL },
	{ "Bearer error=\"a\x01\"", false, NULL },
	{ "Bearer error=\"a\\\n\"", false, NULL },
	{ "Bearer: error=x", false, NULL },
	{ "Bearer=x", false, NULL },
	{ "=x", false, NULL },
	{ "error=x", false, NULL },
	{ "\"Bearer\" error=x", false, NULL },
	{ "Bearer \"x\"", false, NULL },
	{ "Bearer abc, error=x", false, NULL },
	{ "Bearer error==x", false, NULL },
	{ "Bearer abc def", false, NULL },
	{ "Bearer\nerror=x", false, NULL },
	{ "Bearer {error=x}", false, NULL },
	{ "Bearer error=x, \xff", false, NULL },
};

START_TEST(test_challenge)
{
	const struct challenge *row = &challenges[_i];
	/* No NUL and no neighbour: a byte too many is a fault under ASan. */
	size_t n = strlen(row->header);
	char *copy = malloc(n == 0 ? 1 : n), to[64] = "old";
	struct apam_header header = { APAM_STR("www-authenticate"),
		{ copy, n } };
	bool found;

	memcpy(copy, row->header, n);
	ck_assert_msg(
	    challenge_find(&header, 1, "Bearer", NULL, NULL, 0) == row->scheme,
	    "scheme: %s", row->header);
	found = challenge_find(&header, 1, "Bearer", "error", to, sizeof(to));
	ck_assert_msg(found == (row->error != NULL), "%s", row->header);
	ck_assert_msg(strcmp(to, found ? row->error : "") == 0, "%s: \"%s\"",
	    row->header, to);
	free(copy);
}
END_TEST

START_TEST(test_several_headers)
{
	static const struct apam_header headers[] = {
		{ { "Content-Type", 12 }, { "Bearer error=no", 15 } },
		{ { "Proxy-Authenticate", 18 }, { "Bearer error=no", 15 } },
		{ { "WWW-Authenticate", 16 }, { "Bearer error=\"broken", 20 } },
		{ { "WWW-Authenticate", 16 }, { "Basic realm=x", 13 } },
		{ { "www-authenticate", 16 }, { "Bearer error=yes", 16 } },
		{ { "WWW-Authenticate", 16 }, { "Bearer scope=late", 17 } },
	};
	char to[8];

	ck_assert(!challenge_find(NULL, 0, "Bearer", NULL, NULL, 0));
	ck_assert(!challenge_find(headers, 4, "Bearer", NULL, NULL, 0));
	ck_assert(challenge_find(headers, 6, "Bearer", "error", to, 8));
	ck_assert_str_eq(to, "yes");
	ck_assert(challenge_find(headers, 6, "Basic", "realm", to, 8));
	ck_assert_str_eq(to, "x");
	ck_assert(!challenge_find(headers, 6, "Bearer", "scope", to, 8));
	ck_assert_str_eq(to, "");
	/* What a header opened the next one does not go on with. */
	ck_assert(!challenge_find(headers, 6, "Basic", "error", to, 8));
}
END_TEST

START_TEST(test_cut)
{
	static const struct apam_header header = { { "WWW-Authenticate", 16 },
		{ "Bearer error=\"a\\\"b\"", 19 } };
	static const char *const cut[] = { "x", "", "a", "a\"", "a\"b",
		"a\"b" };
	char to[8];

	for (size_t size = 0; size < 6; size++) {
		strcpy(to, "xxxxxxx");
		ck_assert(
		    challenge_find(&header, 1, "Bearer", "error", to, size));
		if (size > 0)
			ck_assert_str_eq(to, cut[size]);
		/* Nothing is written beyond `size`. */
		ck_assert_int_eq(to[size], 'x');
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("challenge");
	TCase *tc = tcase_create("challenge");

	tcase_add_loop_test(tc, test_challenge, 0, ROWS(challenges));
	tcase_add_test(tc, test_several_headers);
	tcase_add_test(tc, test_cut);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
