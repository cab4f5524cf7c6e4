/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/lib/redirect_request.c: the one request that ends a login,
 * and those that do not.
 */
#include "lib/redirect_request.c"

#include <stdio.h>
#include <stdlib.h>

#include "support/run.h"

#define HOST "Host: 127.0.0.1:4711\r\n"
#define GET "GET /callback?a=b HTTP/1.1\r\n"

static const struct redirect_place place = { "/callback", "127.0.0.1:4711" };

static const struct {
	const char *text;
	enum redirect_request what;
} rows[] = {
	{ GET HOST "\r\n", REDIRECT_GOOD },
	{ GET "host: \t127.0.0.1:4711 \r\n\r\n", REDIRECT_GOOD },
	{ GET HOST "Cookie: a=b\r\nX:\r\n\r\nrest", REDIRECT_GOOD },
	{ "", REDIRECT_MORE },
	{ GET HOST, REDIRECT_MORE },
	{ GET HOST "\n\n", REDIRECT_MORE },
	{ GET "\r\n", REDIRECT_BAD },
	{ GET HOST HOST "\r\n", REDIRECT_BAD },
	{ GET "Host: localhost:4711\r\n\r\n", REDIRECT_BAD },
	{ GET "Host: 127.0.0.1\r\n\r\n", REDIRECT_BAD },
	{ GET HOST "Content-Length: 0\r\n\r\n", REDIRECT_BAD },
	{ GET HOST "transfer-encoding: chunked\r\n\r\n", REDIRECT_BAD },
	{ GET HOST "X : y\r\n\r\n", REDIRECT_BAD },
	{ GET HOST " folded: y\r\n\r\n", REDIRECT_BAD },
	{ GET HOST "nothing\r\n\r\n", REDIRECT_BAD },
	{ GET HOST ": nothing\r\n\r\n", REDIRECT_BAD },
	{ "\r\n\r\n", REDIRECT_BAD },
	{ "GET /callback?a=b HTTP/1.0\r\n" HOST "\r\n", REDIRECT_BAD },
	{ "GET /callback?a=b\r\n\r\n", REDIRECT_BAD },
	{ "GET /callback?a b HTTP/1.1\r\n" HOST "\r\n", REDIRECT_BAD },
	{ "GET /callback?\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n", REDIRECT_BAD },
	{ "POST /callback?a=b HTTP/1.1\r\n" HOST "\r\n", REDIRECT_METHOD },
	{ "HEAD /callback?a=b HTTP/1.1\r\n" HOST "\r\n", REDIRECT_METHOD },
	{ "get /callback?a=b HTTP/1.1\r\n" HOST "\r\n", REDIRECT_METHOD },
	{ "GET / HTTP/1.1\r\n" HOST "\r\n", REDIRECT_ELSEWHERE },
	{ "GET /favicon.ico HTTP/1.1\r\n" HOST "\r\n", REDIRECT_ELSEWHERE },
	{ "GET /callback HTTP/1.1\r\n" HOST "\r\n", REDIRECT_ELSEWHERE },
	{ "GET /callback? HTTP/1.1\r\n" HOST "\r\n", REDIRECT_ELSEWHERE },
	{ "GET /callback/?a=b HTTP/1.1\r\n" HOST "\r\n", REDIRECT_ELSEWHERE },
	{ "GET /Callback?a=b HTTP/1.1\r\n" HOST "\r\n", REDIRECT_ELSEWHERE },
	{ "GET http://127.0.0.1:4711/callback?a=b HTTP/1.1\r\n" HOST "\r\n",
	    REDIRECT_ELSEWHERE },
};

START_TEST(a_request_is_read)
{
	const struct apam_str bytes = apam_str(rows[_i].text);
	const enum redirect_request wanted = rows[_i].what;
	struct apam_str target;
	const enum redirect_request what = redirect_request_read(
	    bytes, &place, &target);

	ck_assert_msg(what == wanted, "%s: %d", rows[_i].text, (int)what);
	if (what == REDIRECT_GOOD)
		ck_assert_msg(target.n == strlen("/callback?a=b") &&
			strncmp(target.p, "/callback?a=b", target.n) == 0,
		    "%.*s", (int)target.n, target.p);
	else
		ck_assert_uint_eq(target.n, 0);
}
END_TEST

/* It may come in any pieces, and is decided when it is whole. */
START_TEST(pieces_are_waited_for)
{
	const struct apam_str whole = apam_str(GET HOST "\r\n");
	struct apam_str target;

	for (size_t n = 0; n < whole.n; n++)
		ck_assert_int_eq(
		    redirect_request_read(
			(struct apam_str){ whole.p, n }, &place, &target),
		    REDIRECT_MORE);
}
END_TEST

START_TEST(a_head_has_an_end)
{
	char *bytes = malloc(REDIRECT_REQUEST_MAX);
	struct apam_str target, all = { bytes, REDIRECT_REQUEST_MAX };

	ck_assert_ptr_nonnull(bytes);
	memset(bytes, 'a', REDIRECT_REQUEST_MAX);
	ck_assert_int_eq(
	    redirect_request_read(all, &place, &target), REDIRECT_BAD);
	all.n--;
	ck_assert_int_eq(
	    redirect_request_read(all, &place, &target), REDIRECT_MORE);
	free(bytes);
}
END_TEST

START_TEST(a_nul_is_refused)
{
	static const char text[] = GET HOST "X: a\0b\r\n\r\n";
	struct apam_str target;

	ck_assert_int_eq(
	    redirect_request_read(
		(struct apam_str){ text, sizeof(text) - 1 }, &place, &target),
	    REDIRECT_BAD);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("redirect_request");
	TCase *tests = tcase_create("redirect_request");

	tcase_add_loop_test(tests, a_request_is_read, 0, ROWS(rows));
	tcase_add_test(tests, pieces_are_waited_for);
	tcase_add_test(tests, a_head_has_an_end);
	tcase_add_test(tests, a_nul_is_refused);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
