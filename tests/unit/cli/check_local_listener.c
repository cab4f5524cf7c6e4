/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/lib/local_listener.c: where it listens, which requests
 * it takes, and what a browser or a program is told.
 */
#include "lib/local_listener.c"
#include "lib/local_request.c"
#include "lib/redirect_state.c"

#include "support/run.h"

#define CLIENTS (LOCAL_CONNECTIONS + 4)

static struct local_listener l;
static char url[256];
static int clients[CLIENTS];

static void
setup(void)
{
	local_listener_init(&l);
	for (int i = 0; i < CLIENTS; i++)
		clients[i] = -1;
	url[0] = '\0';
}

static void
teardown(void)
{
	local_listener_close(&l);
	for (int i = 0; i < CLIENTS; i++)
		if (clients[i] >= 0)
			(void)close(clients[i]);
}

static void
opens(const char *uri)
{
	int error;
	const char *why = local_listener_open(&l, uri, 0, &error);

	ck_assert_msg(why == NULL, "%s: %d", why, error);
	local_listener_expect(&l, "https://idp.example/?client_id=a");
}

/* Connect client `i`. */
static void
connect_client(int i)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(l.port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };

	clients[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(clients[i], 0);
	ck_assert_int_eq(
	    connect(clients[i], (struct sockaddr *)&at, sizeof(at)), 0);
}

static void
send_text(int i, const char *text)
{
	ck_assert_int_eq(send(clients[i], text, strlen(text), MSG_NOSIGNAL),
	    (ssize_t)strlen(text));
}

/* Wait for something, and serve it. */
static bool
serves(void)
{
	struct pollfd fds[LOCAL_POLLS];
	const size_t n = local_listener_polls(&l, fds);

	ck_assert_int_gt(poll(fds, (nfds_t)n, 60000), 0);
	return local_listener_serve(&l, url, sizeof(url));
}

/* What client `i` is told, to the end. */
static const char *
told(int i)
{
	static char text[4096];
	size_t n = 0;
	ssize_t got = 1;

	while (got > 0 && n < sizeof(text) - 1) {
		got = recv(clients[i], text + n, sizeof(text) - 1 - n, 0);
		n += got > 0 ? (size_t)got : 0;
	}
	text[n] = '\0';
	return text;
}

static void
ask(int i, const char *line)
{
	char text[512];

	connect_client(i);
	(void)snprintf(
	    text, sizeof(text), "%s\r\nHost: %s\r\n\r\n", line, l.authority);
	send_text(i, text);
}

/* ---- Where -------------------------------------------------------------- */

static const struct {
	const char *uri;
	const char *why; /* NULL: it listens there */
} uris[] = {
	{ "http://127.0.0.1:%u/callback", NULL },
	{ "http://localhost:%u/", NULL },
	{ "http://127.0.0.1:%u/a/b", NULL },
	{ "https://127.0.0.1:%u/", "it does not begin with http://" },
	{ "http://127.0.0.2:%u/", "its host is not" },
	{ "http://127.0.0.1.example:%u/", "its host is not" },
	{ "http://127.0.0.1/", "its host is not" },
	{ "http://127.0.0.1:%u", "it has no port from 1 to 65535, or no path" },
	{ "http://127.0.0.1:0/", "it has no port" },
	{ "http://127.0.0.1:x%u/", "it has no port" },
	{ "http://127.0.0.1:70000/", "it has no port" },
};

START_TEST(a_uri_says_where)
{
	const char *format = uris[_i].uri, *at = strstr(format, "%u"), *why;
	char uri[128];
	int error;

	/* A port that was free a moment ago. */
	opens(NULL);
	if (at == NULL)
		(void)snprintf(uri, sizeof(uri), "%s", format);
	else
		(void)snprintf(uri, sizeof(uri), "%.*s%u%s", (int)(at - format),
		    format, (unsigned)l.port, at + 2);
	local_listener_close(&l);
	why = local_listener_open(&l, uri, 0, &error);
	if (uris[_i].why == NULL) {
		ck_assert_msg(why == NULL, "%s: %s", uri, why);
		ck_assert_str_eq(l.uri, uri);
	} else {
		ck_assert_msg(why != NULL &&
			strncmp(why, uris[_i].why, strlen(uris[_i].why)) == 0,
		    "%s: %s", uri, why);
		ck_assert_int_eq(error, 0);
	}
}
END_TEST

START_TEST(a_port_is_taken)
{
	struct local_listener other;
	int error;

	opens(NULL);
	ck_assert_int_gt(l.port, 0);
	local_listener_init(&other);
	ck_assert_ptr_nonnull(
	    local_listener_open(&other, NULL, l.port, &error));
	ck_assert_int_eq(error, EADDRINUSE);
	local_listener_close(&other);
}
END_TEST

/* ---- Requests ----------------------------------------------------------- */

START_TEST(a_browser_comes_back_and_is_told)
{
	char wanted[64];

	opens(NULL);
	ask(0, "GET /callback?code=a&state=b HTTP/1.1");
	while (!serves())
		;
	(void)snprintf(wanted, sizeof(wanted),
	    "http://127.0.0.1:%u/callback?code=a&state=b", (unsigned)l.port);
	ck_assert_str_eq(url, wanted);
	local_listener_tell(&l, true, "Well", "All is well.");
	ck_assert_ptr_nonnull(strstr(told(0), "HTTP/1.1 200 OK\r\n"));
	/* Nobody is told twice. */
	local_listener_tell(&l, true, "Well", "All is well.");
}
END_TEST

static const struct {
	const char *line, *status;
} others[] = {
	{ "GET /favicon.ico HTTP/1.1", "HTTP/1.1 404 " },
	{ "POST /callback?a=b HTTP/1.1", "HTTP/1.1 405 " },
	{ "GET /callback?a=b HTTP/1.0", "HTTP/1.1 400 " },
	{ "GET /callback HTTP/1.1", "HTTP/1.1 404 " },
};

START_TEST(other_requests_change_nothing)
{
	const char *text;

	opens(NULL);
	ask(0, others[_i].line);
	ck_assert(!serves());
	while (l.all[0].fd >= 0)
		ck_assert(!serves());
	text = told(0);
	ck_assert_msg(
	    strncmp(text, others[_i].status, strlen(others[_i].status)) == 0,
	    "%s", text);
	ck_assert_ptr_nonnull(strstr(text, "\r\nCache-Control: no-store\r\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "\r\nReferrer-Policy: no-referrer\r\n"));
	ck_assert_ptr_null(strstr(text, "<script"));
	ask(1, "GET /callback?a=b HTTP/1.1");
	while (!serves())
		;
}
END_TEST

START_TEST(one_answer_is_taken)
{
	opens(NULL);
	ask(0, "GET /callback?a=first HTTP/1.1");
	while (!serves())
		;
	ask(1, "GET /callback?a=second HTTP/1.1");
	ck_assert(!serves());
	ck_assert(!local_listener_serve(&l, url, sizeof(url)));
	ck_assert_ptr_nonnull(strstr(url, "first"));
	ck_assert_ptr_nonnull(strstr(told(1), "404 Not Found"));
	local_listener_tell(&l, false, "Bad", "No.");
	ck_assert_ptr_nonnull(strstr(told(0), "400 Bad Request"));
}
END_TEST

/* Browsers open connections that they do not use, and any program can. */
START_TEST(silent_ones_do_not_keep_others_out)
{
	opens(NULL);
	for (int i = 1; i < CLIENTS; i++) {
		connect_client(i);
		send_text(i, "G");
		(void)serves();
	}
	ask(0, "GET /callback?a=b HTTP/1.1");
	for (int i = 0; i < 50 && url[0] == '\0'; i++)
		(void)serves();
	ck_assert_ptr_nonnull(strstr(url, "?a=b"));
	/* Nor do more of them take its place. */
	for (int i = 1; i < CLIENTS; i++) {
		(void)close(clients[i]);
		connect_client(i);
		(void)local_listener_serve(&l, url, sizeof(url));
	}
	local_listener_tell(&l, true, "Well", "All is well.");
	ck_assert_ptr_nonnull(strstr(told(0), "200 OK"));
}
END_TEST

/* A program of this machine wants to be in the browser's place. */
START_TEST(a_flood_does_not_keep_the_browser_out)
{
	opens(NULL);
	ask(0, "GET /callback?a=b HTTP/1.1");
	for (int i = 1; i < CLIENTS; i++) {
		connect_client(i);
		send_text(i, "G");
	}
	for (int i = 0; i < 50 && url[0] == '\0'; i++)
		(void)serves();
	ck_assert_ptr_nonnull(strstr(url, "?a=b"));
}
END_TEST

/* Any page of the browser can ask this, and any program. */
START_TEST(one_without_the_state_does_not_end_the_login)
{
	opens(NULL);
	local_listener_expect(&l, "https://idp.example/?state=x-y");
	ask(0, "GET /callback?code=evil&state=z HTTP/1.1");
	ask(1, "GET /callback?error=access_denied HTTP/1.1");
	ask(2, "GET /callback?code=mine&state=x-y HTTP/1.1");
	while (!serves())
		;
	ck_assert_ptr_nonnull(strstr(url, "?code=mine&state=x-y"));
	ck_assert_ptr_nonnull(strstr(told(0), "404 Not Found"));
	ck_assert_ptr_nonnull(strstr(told(1), "404 Not Found"));
}
END_TEST

START_TEST(nobody_is_waited_for_before_the_page_is_known)
{
	opens(NULL);
	local_listener_expect(&l, NULL);
	ask(0, "GET /callback?code=a HTTP/1.1");
	ck_assert(!serves());
	ck_assert_ptr_nonnull(strstr(told(0), "404 Not Found"));
}
END_TEST

START_TEST(pieces_are_put_together)
{
	char text[128];
	bool came = false;
	int n;

	opens(NULL);
	connect_client(0);
	n = snprintf(text, sizeof(text),
	    "GET /callback?a=b HTTP/1.1\r\nHost: %s\r\n\r\n", l.authority);
	for (int i = 0; i < n; i++) {
		ck_assert(!came);
		ck_assert_int_eq(send(clients[0], text + i, 1, 0), 1);
		came = serves();
	}
	for (int i = 0; i < 10 && !came; i++)
		came = serves();
	ck_assert(came);
}
END_TEST

/* ---- Keys --------------------------------------------------------------- */

static void
opens_for_programs(void)
{
	int error;

	ck_assert_ptr_null(local_listener_open(&l, NULL, 0, &error));
	local_listener_admit(&l, "/keys", "0123abcd");
}

START_TEST(a_program_is_answered_as_often_as_it_asks)
{
	const char *answer;

	opens_for_programs();
	ck_assert_ptr_nonnull(strstr(l.uri, "/keys"));
	for (int i = 0; i < 3; i++) {
		ask(i, "GET /keys HTTP/1.1\r\nAuthorization: 0123abcd");
		while (!serves())
			continue;
		local_listener_answer(&l, "200 OK", APAM_STR("{\"a\":1}"));
		answer = told(i);
		ck_assert_ptr_nonnull(strstr(answer, "HTTP/1.1 200 OK\r\n"));
		ck_assert_ptr_nonnull(strstr(answer, "application/json\r\n"));
		ck_assert_ptr_nonnull(strstr(answer, "no-store\r\n"));
		ck_assert_ptr_nonnull(strstr(answer, "\r\n\r\n{\"a\":1}"));
	}
}
END_TEST

static const struct {
	const char *line, *status;
} strangers[] = {
	{ "GET /keys HTTP/1.1", "401 Unauthorized" },
	{ "GET /keys HTTP/1.1\r\nAuthorization: 0123abce", "401 Unauthorized" },
	{ "GET / HTTP/1.1\r\nAuthorization: 0123abcd", "404 Not Found" },
	{ "POST /keys HTTP/1.1\r\nAuthorization: 0123abcd",
	    "405 Method Not Allowed" },
	{ "GET /keys HTTP/1.1\r\nHost: localhost\r\n"
	  "Authorization: 0123abcd",
	    "400 Bad Request" },
};

START_TEST(a_stranger_gets_no_keys)
{
	opens_for_programs();
	ask(0, strangers[_i].line);
	while (l.next == 0 || l.all[0].fd >= 0)
		ck_assert(!serves());
	ck_assert_ptr_nonnull(strstr(told(0), strangers[_i].status));
}
END_TEST

/* An answer of the size that is the most, to one that reads it later. */
START_TEST(a_large_answer_goes_out_whole)
{
	static char body[60000], got[sizeof(body) + 1024];
	size_t n = 0;
	ssize_t more = 1;

	memset(body, 'a', sizeof(body));
	opens_for_programs();
	ask(0, "GET /keys HTTP/1.1\r\nAuthorization: 0123abcd");
	while (!serves())
		continue;
	local_listener_answer(
	    &l, "200 OK", (struct apam_str){ body, sizeof(body) });
	while (more > 0 && n < sizeof(got)) {
		more = recv(clients[0], got + n, sizeof(got) - n, 0);
		n += more > 0 ? (size_t)more : 0;
	}
	ck_assert_uint_gt(n, sizeof(body));
	ck_assert_mem_eq(got + n - sizeof(body), body, sizeof(body));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("local_listener");
	TCase *tests = tcase_create("local_listener");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, a_uri_says_where, 0, ROWS(uris));
	tcase_add_test(tests, a_port_is_taken);
	tcase_add_test(tests, a_browser_comes_back_and_is_told);
	tcase_add_loop_test(
	    tests, other_requests_change_nothing, 0, ROWS(others));
	tcase_add_test(tests, one_answer_is_taken);
	tcase_add_test(tests, silent_ones_do_not_keep_others_out);
	tcase_add_test(tests, a_flood_does_not_keep_the_browser_out);
	tcase_add_test(tests, one_without_the_state_does_not_end_the_login);
	tcase_add_test(tests, nobody_is_waited_for_before_the_page_is_known);
	tcase_add_test(tests, pieces_are_put_together);
	tcase_add_test(tests, a_program_is_answered_as_often_as_it_asks);
	tcase_add_loop_test(tests, a_stranger_gets_no_keys, 0, ROWS(strangers));
	tcase_add_test(tests, a_large_answer_goes_out_whole);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
