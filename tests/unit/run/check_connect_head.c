/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/run/connect_head.c and of site_read: who may use the proxy, and
 * for what.
 */
#include "run/connect_head.c"
#include "run/placeholder.c"
#include "run/say.c"
#include "run/site.c"

#include "support/run.h"

#define PAIR "YXBhbTpmYWtl"
#define GOOD "Proxy-Authorization: Basic " PAIR "\r\n"
#define TO "CONNECT api.example.com:443 HTTP/1.1\r\n"

static const struct {
	const char *text;
	enum head_state state;
} rows[] = {
	{ TO GOOD "\r\n", HEAD_GOOD },
	{ TO "Host: api.example.com:443\r\n" GOOD "\r\n", HEAD_GOOD },
	{ TO "proxy-authorization:\tbasic  " PAIR "\r\n\r\n", HEAD_STRANGER },
	{ TO "proxy-authorization:\tbasic " PAIR "\r\n\r\n", HEAD_GOOD },
	{ "CONNECT API.example.com:443 HTTP/1.0\r\n" GOOD "\r\n", HEAD_GOOD },
	{ TO GOOD "\r\nmore", HEAD_GOOD },
	{ "", HEAD_PART },
	{ TO GOOD, HEAD_PART },
	{ TO GOOD "\r", HEAD_PART },
	{ TO "\r\n", HEAD_STRANGER },
	{ TO GOOD GOOD "\r\n", HEAD_STRANGER },
	{ TO "Proxy-Authorization: Basic " PAIR "x\r\n\r\n", HEAD_STRANGER },
	{ TO "Proxy-Authorization: Basic YXBhbTpmYWtm\r\n\r\n", HEAD_STRANGER },
	{ TO "Proxy-Authorization: Basic \r\n\r\n", HEAD_STRANGER },
	{ TO "Proxy-Authorization: Bearer " PAIR "\r\n\r\n", HEAD_STRANGER },
	{ TO "Authorization: Basic " PAIR "\r\n\r\n", HEAD_STRANGER },
	{ TO "X: " GOOD "\r\n", HEAD_STRANGER },
	{ "GET https://api.example.com/ HTTP/1.1\r\n" GOOD "\r\n", HEAD_WHOLE },
	{ "PUT https://API.example.com:443 HTTP/1.0\r\n" GOOD "\r\n",
	    HEAD_WHOLE },
	{ "GET https://api.example.com?a=@b:c HTTP/1.1\r\n" GOOD "\r\n",
	    HEAD_WHOLE },
	{ "GET https://[::1]/ HTTP/1.1\r\n" GOOD "\r\n", HEAD_WHOLE },
	{ "GET https://api.example.com/ HTTP/1.1\r\n\r\n", HEAD_STRANGER },
	{ "GET http://api.example.com/ HTTP/1.1\r\n" GOOD "\r\n", HEAD_METHOD },
	{ "GET https://a@api.example.com/ HTTP/1.1\r\n" GOOD "\r\n",
	    HEAD_METHOD },
	{ "GET https:/// HTTP/1.1\r\n" GOOD "\r\n", HEAD_METHOD },
	{ "GET https://api.example.com:0/ HTTP/1.1\r\n" GOOD "\r\n",
	    HEAD_METHOD },
	{ "GET https://api.example.com/ a HTTP/1.1\r\n" GOOD "\r\n",
	    HEAD_METHOD },
	{ "GET https://api.example.com/ HTTP/2\r\n" GOOD "\r\n", HEAD_METHOD },
	{ "GET https://api.example.com/\r\n" GOOD "\r\n", HEAD_METHOD },
	{ " https://api.example.com/ HTTP/1.1\r\n" GOOD "\r\n", HEAD_METHOD },
	{ "GET / HTTP/1.1\r\n" GOOD "\r\n", HEAD_METHOD },
	{ "connect api.example.com:443 HTTP/1.1\r\n" GOOD "\r\n", HEAD_METHOD },
	{ "CONNECT api.example.com HTTP/1.1\r\n" GOOD "\r\n", HEAD_BAD },
	{ "CONNECT api.example.com:0 HTTP/1.1\r\n" GOOD "\r\n", HEAD_BAD },
	{ "CONNECT api.example.com:65536 HTTP/1.1\r\n" GOOD "\r\n", HEAD_BAD },
	{ "CONNECT api.example.com:44x HTTP/1.1\r\n" GOOD "\r\n", HEAD_BAD },
	{ "CONNECT api.example.com: HTTP/1.1\r\n" GOOD "\r\n", HEAD_BAD },
	{ "CONNECT a@api.example.com:443 HTTP/1.1\r\n" GOOD "\r\n", HEAD_BAD },
	{ "CONNECT api.example.com/:443 HTTP/1.1\r\n" GOOD "\r\n", HEAD_BAD },
	{ "CONNECT  api.example.com:443 HTTP/1.1\r\n" GOOD "\r\n", HEAD_BAD },
	{ "CONNECT api.example.com:443 HTTP/2\r\n" GOOD "\r\n", HEAD_BAD },
	{ "CONNECT api.example.com:443 HTTP/1.1 \r\n" GOOD "\r\n", HEAD_BAD },
	{ "CONNECT api.example.com:443\r\n" GOOD "\r\n", HEAD_BAD },
	{ "CONNECT \r\n\r\n", HEAD_BAD },
	{ "CONNECT [::1]:443 HTTP/1.1\r\n" GOOD "\r\n", HEAD_GOOD },
	{ "CONNECT [::1:443 HTTP/1.1\r\n" GOOD "\r\n", HEAD_BAD },
	{ "CONNECT []:443 HTTP/1.1\r\n" GOOD "\r\n", HEAD_BAD },
	{ "CONNECT ::1:443 HTTP/1.1\r\n" GOOD "\r\n", HEAD_BAD },
	{ TO "Proxy-Authorization: \r\n\r\n", HEAD_STRANGER },
	{ TO "Proxy-Authorization:\r\n\r\n", HEAD_STRANGER },
	{ "GET https://api.example.com \r\n" GOOD "\r\n", HEAD_METHOD },
	{ "GET https://api.example.com/ HTTP/x.1\r\n" GOOD "\r\n",
	    HEAD_METHOD },
	{ "CONNECT api.example.com:443 HTTP/1.11\r\n" GOOD "\r\n", HEAD_BAD },
	{ "CONN\r\n\r\n", HEAD_METHOD },
	{ "\r\n\r\n", HEAD_METHOD },
};

START_TEST(heads)
{
	const char *text = rows[_i].text;
	struct site site;
	size_t used = 0;

	ck_assert_msg(
	    head_read(text, strlen(text), PAIR, &site, &used) == rows[_i].state,
	    "%s", text);
	if (rows[_i].state == HEAD_GOOD || rows[_i].state == HEAD_WHOLE) {
		ck_assert_uint_le(used, strlen(text));
		ck_assert_uint_eq(site.port, 443);
	}
}
END_TEST

START_TEST(what_follows_is_not_used)
{
	static const char text[] = TO GOOD "\r\nmore";
	struct site site;
	size_t used;

	ck_assert(
	    head_read(text, sizeof(text) - 1, PAIR, &site, &used) == HEAD_GOOD);
	ck_assert_str_eq(text + used, "more");
	ck_assert_str_eq(site.host, "api.example.com");
}
END_TEST

START_TEST(a_head_has_an_end)
{
	static char text[HEAD_MAX];
	struct site site;
	size_t used;

	memset(text, 'a', sizeof(text));
	ck_assert(
	    head_read(text, sizeof(text) - 1, PAIR, &site, &used) == HEAD_PART);
	ck_assert(
	    head_read(text, sizeof(text), PAIR, &site, &used) == HEAD_BAD);
}
END_TEST

START_TEST(without_a_token_nobody_is_let_in)
{
	static const char text[] = TO "Proxy-Authorization: Basic \r\n\r\n";
	struct site site;
	size_t used;

	ck_assert(
	    head_read(text, sizeof(text) - 1, "", &site, &used) != HEAD_METHOD);
	ck_assert(!is_same("a", 1, ""));
}
END_TEST

static const struct {
	const char *origin, *host;
	unsigned port;
} origins[] = {
	{ "https://api.example.com", "api.example.com", 443 },
	{ "https://api.example.com/v1", "api.example.com", 443 },
	{ "https://API.example.com:8443/v1", "api.example.com", 8443 },
	{ "https://[::1]:8443", "::1", 8443 },
	{ "https://[::1]", "::1", 443 },
	{ "http://127.0.0.1:80", NULL, 0 },
	{ "https://", NULL, 0 },
};

START_TEST(sites_of_origins)
{
	struct site site;

	if (origins[_i].host == NULL) {
		ck_assert(!site_of_origin(origins[_i].origin, &site));
		return;
	}
	ck_assert(site_of_origin(origins[_i].origin, &site));
	ck_assert_str_eq(site.host, origins[_i].host);
	ck_assert_uint_eq(site.port, origins[_i].port);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("connect_head");
	TCase *tc = tcase_create("connect_head");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, heads, 0, ROWS(rows));
	tcase_add_test(tc, what_follows_is_not_used);
	tcase_add_test(tc, a_head_has_an_end);
	tcase_add_test(tc, without_a_token_nobody_is_let_in);
	tcase_add_loop_test(tc, sites_of_origins, 0, ROWS(origins));
	return run_suite(suite);
}
