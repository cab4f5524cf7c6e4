/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/gateway/page_server.c: who looks, as nginx says it, and what
 * is answered.
 */
#include "gateway/page_server.c"

#include "support/run.h"

static unsigned long asked; /* the user whom the last state was made for */

json_t *
page_state(struct cli *cli, const struct apam_caller *caller)
{
	(void)cli;
	asked = caller->uid;
	return json_pack("{s:I}", "uid", (json_int_t)caller->uid);
}

#define HEAD(line) "GET /state HTTP/1.0\r\nHost: x\r\n" line "\r\n"

static const struct {
	const char *head;
	bool good;
	unsigned long uid;
	size_t groups;
} rows[] = {
	{ HEAD("X-Apam-Caller: 1000 100 27\r\n"), true, 1000, 2 },
	{ HEAD("X-Apam-Caller: 0\r\n"), true, 0, 0 },
	{ HEAD("X-Apam-Caller: 4294967294\r\n"), true, 4294967294, 0 },
	{ HEAD(""), false, 0, 0 },
	{ HEAD("X-Apam-Caller: \r\n"), false, 0, 0 },
	{ HEAD("X-Apam-Caller: root\r\n"), false, 0, 0 },
	{ HEAD("X-Apam-Caller: -1\r\n"), false, 0, 0 },
	{ HEAD("X-Apam-Caller: +1\r\n"), false, 0, 0 },
	{ HEAD("X-Apam-Caller: 4294967296\r\n"), false, 0, 0 },
	{ HEAD("X-Apam-Caller: 99999999999999999999\r\n"), false, 0, 0 },
	{ HEAD("X-Apam-Caller: 1 \r\n"), false, 0, 0 },
	{ HEAD("X-Apam-Caller: 1 x\r\n"), false, 0, 0 },
	{ HEAD("X-Apam-Caller: 1x\r\n"), false, 0, 0 },
	{ HEAD("X-Apam-Caller: 1\r\nX-Apam-Caller: 0\r\n"), false, 0, 0 },
	{ HEAD("Y: X-Apam-Caller: 0\r\n"), false, 0, 0 },
};

START_TEST(who_looks_is_what_nginx_says)
{
	struct page_caller who;

	ck_assert_msg(page_caller_read(&who, rows[_i].head) == rows[_i].good,
	    "%s", rows[_i].head);
	if (!rows[_i].good)
		return;
	ck_assert_uint_eq(who.caller.uid, rows[_i].uid);
	ck_assert_uint_eq(who.caller.gid_count, rows[_i].groups);
}
END_TEST

/* What comes back for a request. */
static const char *
ask(const char *head)
{
	static char got[1024];
	ssize_t n, all = 0;
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	ck_assert_int_eq(
	    send(ends[0], head, strlen(head), 0), (ssize_t)strlen(head));
	ck_assert_int_eq(shutdown(ends[0], SHUT_WR), 0);
	serve(ends[1], NULL);
	while ((n = recv(
		    ends[0], got + all, sizeof(got) - 1 - (size_t)all, 0)) > 0)
		all += n;
	got[all] = '\0';
	(void)close(ends[0]);
	return got;
}

START_TEST(a_request_is_answered)
{
	const char *got = ask(rows[0].head);

	ck_assert_uint_eq(asked, 1000);
	ck_assert_msg(strncmp(got, "HTTP/1.0 200 OK\r\n", 17) == 0, "%s", got);
	ck_assert_msg(strstr(got, "\r\n\r\n{\"uid\":1000}") != NULL, "%s", got);
}
END_TEST

START_TEST(who_is_not_known_is_shown_nothing)
{
	asked = 7;
	ck_assert_ptr_nonnull(strstr(ask(HEAD("")), "HTTP/1.0 400"));
	ck_assert_uint_eq(asked, 7);
}
END_TEST

START_TEST(a_path_has_to_fit_a_socket)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];

	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	ck_assert_int_eq(page_server_open(path), -1);
	ck_assert_int_eq(errno, ENAMETOOLONG);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("page_server");
	TCase *tc = tcase_create("page_server");

	tcase_add_loop_test(tc, who_looks_is_what_nginx_says, 0, ROWS(rows));
	tcase_add_test(tc, a_request_is_answered);
	tcase_add_test(tc, who_is_not_known_is_shown_nothing);
	tcase_add_test(tc, a_path_has_to_fit_a_socket);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
