/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/lib/local_request.c: the one request that ends a login, or
 * is answered with keys, and those that are not.
 */
#include "lib/local_request.c"

#include <stdio.h>
#include <stdlib.h>

#include "support/run.h"

#define HOST "Host: 127.0.0.1:4711\r\n"
#define GET "GET /callback?a=b HTTP/1.1\r\n"

static const struct local_place place = { "/callback", "127.0.0.1:4711", NULL };

static const struct {
	const char *text;
	enum local_request what;
} rows[] = {
	{ GET HOST "\r\n", LOCAL_GOOD },
	{ GET "host: \t127.0.0.1:4711 \r\n\r\n", LOCAL_GOOD },
	{ GET HOST "Cookie: a=b\r\nX:\r\n\r\nrest", LOCAL_GOOD },
	{ GET "Host:127.0.0.1:4711\t\t\r\n\r\n", LOCAL_GOOD },
	{ GET "Host:\r\n\r\n", LOCAL_BAD },
	{ GET "Host: \t \r\n\r\n", LOCAL_BAD },
	{ GET HOST "Authorization: 0123abcd\r\n\r\n", LOCAL_GOOD },
	{ GET HOST "X: a\rb\r\n\r\n", LOCAL_BAD },
	{ GET HOST "X\x7f: a\r\n\r\n", LOCAL_BAD },
	{ "GET /callback?\x7f HTTP/1.1\r\n" HOST "\r\n", LOCAL_BAD },
	{ "GET\r\n\r\n", LOCAL_BAD },
	{ "", LOCAL_MORE },
	{ GET HOST, LOCAL_MORE },
	{ GET HOST "\n\n", LOCAL_MORE },
	{ GET "\r\n", LOCAL_BAD },
	{ GET HOST HOST "\r\n", LOCAL_BAD },
	{ GET "Host: localhost:4711\r\n\r\n", LOCAL_BAD },
	{ GET "Host: 127.0.0.1\r\n\r\n", LOCAL_BAD },
	{ GET HOST "Content-Length: 0\r\n\r\n", LOCAL_BAD },
	{ GET HOST "transfer-encoding: chunked\r\n\r\n", LOCAL_BAD },
	{ GET HOST "X : y\r\n\r\n", LOCAL_BAD },
	{ GET HOST " folded: y\r\n\r\n", LOCAL_BAD },
	{ GET HOST "nothing\r\n\r\n", LOCAL_BAD },
	{ GET HOST ": nothing\r\n\r\n", LOCAL_BAD },
	{ "\r\n\r\n", LOCAL_BAD },
	{ "GET /callback?a=b HTTP/1.0\r\n" HOST "\r\n", LOCAL_BAD },
	{ "GET /callback?a=b\r\n\r\n", LOCAL_BAD },
	{ "GET /callback?a b HTTP/1.1\r\n" HOST "\r\n", LOCAL_BAD },
	{ "GET /callback?\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n", LOCAL_BAD },
	{ "POST /callback?a=b HTTP/1.1\r\n" HOST "\r\n", LOCAL_METHOD },
	{ "HEAD /callback?a=b HTTP/1.1\r\n" HOST "\r\n", LOCAL_METHOD },
	{ "get /callback?a=b HTTP/1.1\r\n" HOST "\r\n", LOCAL_METHOD },
	{ "GET / HTTP/1.1\r\n" HOST "\r\n", LOCAL_ELSEWHERE },
	{ "GET /favicon.ico HTTP/1.1\r\n" HOST "\r\n", LOCAL_ELSEWHERE },
	{ "GET /callback HTTP/1.1\r\n" HOST "\r\n", LOCAL_ELSEWHERE },
	{ "GET /callback? HTTP/1.1\r\n" HOST "\r\n", LOCAL_ELSEWHERE },
	{ "GET /callback/?a=b HTTP/1.1\r\n" HOST "\r\n", LOCAL_ELSEWHERE },
	{ "GET /Callback?a=b HTTP/1.1\r\n" HOST "\r\n", LOCAL_ELSEWHERE },
	{ "GET http://127.0.0.1:4711/callback?a=b HTTP/1.1\r\n" HOST "\r\n",
	    LOCAL_ELSEWHERE },
};

START_TEST(a_request_is_read)
{
	const struct apam_str bytes = apam_str(rows[_i].text);
	const enum local_request wanted = rows[_i].what;
	struct apam_str target;
	const enum local_request what = local_request_read(
	    bytes, &place, &target);

	ck_assert_msg(what == wanted, "%s: %d", rows[_i].text, (int)what);
	if (what == LOCAL_GOOD)
		ck_assert_msg(target.n == strlen("/callback?a=b") &&
			strncmp(target.p, "/callback?a=b", target.n) == 0,
		    "%.*s", (int)target.n, target.p);
	else
		ck_assert_uint_eq(target.n, 0);
}
END_TEST

#define KEYS "GET /keys HTTP/1.1\r\n"
#define TOKEN "Authorization: 0123abcd\r\n"

static const struct {
	const char *text;
	enum local_request what;
} token_rows[] = {
	{ KEYS HOST TOKEN "\r\n", LOCAL_GOOD },
	{ KEYS "authorization:0123abcd\r\n" HOST "\r\n", LOCAL_GOOD },
	{ KEYS HOST "\r\n", LOCAL_STRANGER },
	{ KEYS HOST "Authorization: \r\n\r\n", LOCAL_STRANGER },
	{ KEYS HOST "Authorization: 0123abce\r\n\r\n", LOCAL_STRANGER },
	{ KEYS HOST "Authorization: 0123abc\r\n\r\n", LOCAL_STRANGER },
	{ KEYS HOST "Authorization: 0123abcd0\r\n\r\n", LOCAL_STRANGER },
	{ KEYS HOST "Authorization: Bearer 0123abcd\r\n\r\n", LOCAL_STRANGER },
	{ KEYS HOST TOKEN TOKEN "\r\n", LOCAL_STRANGER },
	{ KEYS HOST TOKEN "Authorization: 1\r\n\r\n", LOCAL_STRANGER },
	{ KEYS HOST "Authorization: 1\r\n" TOKEN "\r\n", LOCAL_STRANGER },
	{ KEYS "Host: localhost:4711\r\n" TOKEN "\r\n", LOCAL_BAD },
	{ KEYS "Host: rebound.example:4711\r\n" TOKEN "\r\n", LOCAL_BAD },
	{ KEYS TOKEN "\r\n", LOCAL_BAD },
	{ KEYS HOST TOKEN "Content-Length: 1\r\n\r\n", LOCAL_BAD },
	{ "GET /keys?a=b HTTP/1.1\r\n" HOST TOKEN "\r\n", LOCAL_ELSEWHERE },
	{ "GET /keys/ HTTP/1.1\r\n" HOST TOKEN "\r\n", LOCAL_ELSEWHERE },
	{ "GET / HTTP/1.1\r\n" HOST TOKEN "\r\n", LOCAL_ELSEWHERE },
	{ "PUT /keys HTTP/1.1\r\n" HOST TOKEN "\r\n", LOCAL_METHOD },
};

START_TEST(a_token_is_asked_for)
{
	static const struct local_place keys = { "/keys", "127.0.0.1:4711",
		"0123abcd" };
	const char *text = token_rows[_i].text;
	struct apam_str target;
	const enum local_request what = local_request_read(
	    apam_str(text), &keys, &target);

	ck_assert_msg(what == token_rows[_i].what, "%s: %d", text, (int)what);
	ck_assert_uint_eq(target.n, what == LOCAL_GOOD ? strlen("/keys") : 0);
}
END_TEST

/* It may come in any pieces, and is decided when it is whole. */
START_TEST(pieces_are_waited_for)
{
	const struct apam_str whole = apam_str(GET HOST "\r\n");
	struct apam_str target;

	for (size_t n = 0; n < whole.n; n++)
		ck_assert_int_eq(
		    local_request_read(
			(struct apam_str){ whole.p, n }, &place, &target),
		    LOCAL_MORE);
}
END_TEST

START_TEST(a_head_has_an_end)
{
	char *bytes = malloc(LOCAL_REQUEST_MAX);
	struct apam_str target, all = { bytes, LOCAL_REQUEST_MAX };

	ck_assert_ptr_nonnull(bytes);
	memset(bytes, 'a', LOCAL_REQUEST_MAX);
	ck_assert_int_eq(local_request_read(all, &place, &target), LOCAL_BAD);
	all.n--;
	ck_assert_int_eq(local_request_read(all, &place, &target), LOCAL_MORE);
	free(bytes);
}
END_TEST

START_TEST(a_nul_is_refused)
{
	static const char text[] = GET HOST "X: a\0b\r\n\r\n";
	struct apam_str target;

	ck_assert_int_eq(
	    local_request_read(
		(struct apam_str){ text, sizeof(text) - 1 }, &place, &target),
	    LOCAL_BAD);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("local_request");
	TCase *tests = tcase_create("local_request");

	tcase_add_loop_test(tests, a_request_is_read, 0, ROWS(rows));
	tcase_add_loop_test(tests, a_token_is_asked_for, 0, ROWS(token_rows));
	tcase_add_test(tests, pieces_are_waited_for);
	tcase_add_test(tests, a_head_has_an_end);
	tcase_add_test(tests, a_nul_is_refused);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
