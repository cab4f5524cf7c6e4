/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/run/dial.c and dial_proxy.c: the proxy that the user has already.
 */
#include "run/base64.c"
#include "run/dial.c"
#include "run/dial_proxy.c"
#include "run/placeholder.c"
#include "run/say.c"
#include "run/site.c"
#include "run/tunnel.c"

#include <arpa/inet.h>

#include "support/run.h"

static const struct {
	const char *text;
	const char *host; /* NULL: it is refused */
	unsigned port;
	const char *pair;
} rows[] = {
	{ "", "", 0, "" },
	{ "http://proxy.example:3128", "proxy.example", 3128, "" },
	{ "http://proxy.example:3128/", "proxy.example", 3128, "" },
	{ "http://proxy.example", "proxy.example", 80, "" },
	{ "proxy.example:3128", "proxy.example", 3128, "" },
	{ "http://a:b@proxy.example:3128", "proxy.example", 3128, "YTpi" },
	{ "http://a%3a:%40@proxy.example:1", "proxy.example", 1, "YTo6QA==" },
	{ "http://[::1]:3128", "::1", 3128, "" },
	{ "http://a:%4@proxy.example", NULL, 0, NULL },
	{ "http://a:%zz@proxy.example", NULL, 0, NULL },
	{ "https://proxy.example", NULL, 0, NULL },
	{ "socks5://proxy.example", NULL, 0, NULL },
	{ "http://", NULL, 0, NULL },
	{ "http://proxy.example:0", NULL, 0, NULL },
	{ "http://proxy.example:65536", NULL, 0, NULL },
	{ "http://proxy.example:100000", NULL, 0, NULL },
	{ "http://proxy.example:31a", NULL, 0, NULL },
	{ "http://proxy.example:-1", NULL, 0, NULL },
	{ "http://pro xy.example", NULL, 0, NULL },
	{ "http://pro\177xy.example", NULL, 0, NULL },
	{ "http://:3128", NULL, 0, NULL },
	{ "http://[::1", NULL, 0, NULL },
	{ "http://[::1]x:3128", NULL, 0, NULL },
	{ "http://a:%2@proxy.example", NULL, 0, NULL },
	{ "http://a:%2z@proxy.example", NULL, 0, NULL },
	{ "http://%20%7E@proxy.example", "proxy.example", 80, "IH4=" },
};

START_TEST(the_users_proxy)
{
	struct dial_proxy proxy;

	ck_assert_msg(
	    dial_proxy_read(rows[_i].text, &proxy) == (rows[_i].host != NULL),
	    "%s", rows[_i].text);
	if (rows[_i].host == NULL)
		return;
	ck_assert_str_eq(proxy.at.host, rows[_i].host);
	ck_assert_uint_eq(proxy.at.port, rows[_i].port);
	ck_assert_str_eq(proxy.pair, rows[_i].pair);
}
END_TEST

/* What is longer than a name or a password can be. */
START_TEST(a_long_proxy_is_refused)
{
	char text[2048];
	struct dial_proxy proxy;

	strcpy(text, "http://");
	memset(text + 7, 'a', SITE_HOST_MAX);
	text[7 + SITE_HOST_MAX] = '\0';
	ck_assert(dial_proxy_read(text, &proxy));
	ck_assert_uint_eq(strlen(proxy.at.host), SITE_HOST_MAX);
	strcat(text, "a");
	ck_assert(!dial_proxy_read(text, &proxy));
	strcat(text, "aaaaaaaaaaaaaaaaaaaa");
	ck_assert(!dial_proxy_read(text, &proxy));

	memset(text + 7, 'a', DIAL_PAIR_MAX);
	strcpy(text + 7 + DIAL_PAIR_MAX, "@proxy.example");
	ck_assert(dial_proxy_read(text, &proxy));
	ck_assert_uint_eq(strlen(proxy.pair) + 1, sizeof(proxy.pair));
	strcpy(text + 7 + DIAL_PAIR_MAX, "a@proxy.example");
	ck_assert(!dial_proxy_read(text, &proxy));
}
END_TEST

static const struct {
	const char *said;
	bool good;
} answers[] = {
	{ "HTTP/1.1 200 Connection established\r\nA: b\r\n\r\nrest", true },
	{ "HTTP/1.0 204 x\r\n\r\nrest", true },
	{ "HTTP/1.1 407 x\r\n\r\n", false },
	{ "HTTP/2 200\r\n\r\n", false },
	{ "HTTP/1.1 2\r\n\r\nrest", true },
	{ "HTTP/1.\r\n\r\n", false },
	{ "\r\n\r\n", false },
	{ "HTTP/1.1 200", false },
	{ "", false },
};

/* What follows the head is left for the tunnel. */
START_TEST(a_proxys_answer)
{
	const char *said = answers[_i].said;
	char rest[8] = "";
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	ck_assert(tunnel_write(ends[0], said, strlen(said)));
	ck_assert_int_eq(shutdown(ends[0], SHUT_WR), 0);
	ck_assert(dial_proxy_answer(ends[1]) == answers[_i].good);
	if (answers[_i].good) {
		ck_assert_int_eq(recv(ends[1], rest, 7, 0), 4);
		ck_assert_str_eq(rest, "rest");
	}
	(void)close(ends[0]);
	(void)close(ends[1]);
}
END_TEST

/* A head that does not end is read to its limit alone. */
START_TEST(a_proxys_head_has_an_end)
{
	char said[ANSWER_MAX + 1];
	int ends[2];

	memset(said, 'a', sizeof(said));
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	ck_assert(tunnel_write(ends[0], said, sizeof(said)));
	ck_assert(!dial_proxy_answer(ends[1]));
	ck_assert_int_eq(recv(ends[1], said, 2, 0), 1);
	(void)close(ends[0]);
	(void)close(ends[1]);
}
END_TEST

START_TEST(an_address_has_brackets_in_a_url)
{
	const struct site six = { .host = "::1" },
			  name = { .host = "a.example" };
	char host[SITE_HOST_MAX + 3];

	site_url_host(&six, host);
	ck_assert_str_eq(host, "[::1]");
	site_url_host(&name, host);
	ck_assert_str_eq(host, "a.example");
}
END_TEST

START_TEST(nobody_is_there)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct site to = { .host = "127.0.0.1" };
	const char *why = NULL;
	socklen_t n = sizeof(at);

	/* A port that nobody listens on. */
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, n), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	to.port = ntohs(at.sin_port);
	ck_assert_int_eq(dial_host(&to, &why), -1);
	ck_assert_str_eq(why, "the host cannot be reached");
	strcpy(to.host, "nobody.invalid");
	ck_assert_int_eq(dial_host(&to, &why), -1);
	ck_assert_str_eq(why, "there is no such host");
	ck_assert_int_eq(dial_local("/nonexistent/socket"), -1);
	(void)close(fd);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("dial");
	TCase *tc = tcase_create("dial");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, the_users_proxy, 0, ROWS(rows));
	tcase_add_loop_test(tc, a_proxys_answer, 0, ROWS(answers));
	tcase_add_test(tc, a_long_proxy_is_refused);
	tcase_add_test(tc, a_proxys_head_has_an_end);
	tcase_add_test(tc, an_address_has_brackets_in_a_url);
	tcase_add_test(tc, nobody_is_there);
	return run_suite(suite);
}
