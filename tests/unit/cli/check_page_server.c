/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/gateway/page_server.c: who looks, as nginx says it, and what
 * is answered; that who does not read keeps nobody waiting.
 */
#include "gateway/page_server.c"

#include <poll.h>

#include "support/run.h"

#define LARGE 777 /* this user's state fits no socket */
#define PAD ((size_t)4 << 20)

static unsigned long asked; /* the user whom the last state was made for */
static int made[2] = { -1, -1 }; /* a byte for each state that is made */

json_t *
page_state(struct cli *cli, const struct apam_caller *caller)
{
	json_t *state = json_pack("{s:I}", "uid", (json_int_t)caller->uid);
	char *pad;

	(void)cli;
	asked = caller->uid;
	if (made[1] >= 0)
		ck_assert_int_eq(write(made[1], "", 1), 1);
	if (caller->uid != LARGE)
		return state;
	pad = malloc(PAD + 1);
	ck_assert_ptr_nonnull(pad);
	memset(pad, 'x', PAD);
	pad[PAD] = '\0';
	json_object_set_new(state, "pad", json_string(pad));
	free(pad);
	return state;
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

/* ---- Several at a time ---------------------------------------------------- */

#define TEMPLATE "/tmp/apam-page-server.XXXXXX"

static char dir[sizeof(TEMPLATE)], path[64];
static pid_t server;

static void
begin(void)
{
	int fd;

	memcpy(dir, TEMPLATE, sizeof(TEMPLATE));
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/s", dir);
	ck_assert_int_eq(pipe(made), 0);
	fd = page_server_open(path);
	ck_assert_int_ge(fd, 0);
	server = fork();
	ck_assert_int_ge(server, 0);
	if (server == 0)
		page_server_run(fd, NULL);
	(void)close(fd);
}

static void
end(void)
{
	(void)kill(server, SIGKILL);
	ck_assert_int_eq(waitpid(server, NULL, 0), server);
	(void)close(made[0]);
	(void)close(made[1]);
	(void)unlink(path);
	(void)rmdir(dir);
}

/* A connection that has asked, and reads nothing yet. */
static int
look(unsigned long user)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(
	    connect(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_gt(dprintf(fd, HEAD("X-Apam-Caller: %lu\r\n"), user), 0);
	return fd;
}

/* How many bytes come until the end; `fd` is closed. */
static size_t
read_all(int fd)
{
	char bytes[65536];
	size_t all = 0;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		all += (size_t)n;
	(void)close(fd);
	return all;
}

static void
wait_made(size_t n)
{
	char byte;

	for (; n > 0; n--)
		ck_assert_int_eq(read(made[0], &byte, 1), 1);
}

/* The first would be cut after its minute, had the second to wait for that. */
START_TEST(a_reader_who_stops_keeps_nobody_waiting)
{
	const int stopped = look(LARGE);

	wait_made(1);
	ck_assert_uint_gt(read_all(look(1)), 0);
	ck_assert_uint_gt(read_all(stopped), PAD);
}
END_TEST

START_TEST(so_many_and_no_more_are_answered_at_a_time)
{
	struct pollfd more = { .events = POLLIN };
	int stopped[CHILDREN_MAX], last;

	for (size_t i = 0; i < CHILDREN_MAX; i++)
		stopped[i] = look(LARGE);
	wait_made(CHILDREN_MAX);
	last = look(1);
	more.fd = made[0];
	ck_assert_int_eq(poll(&more, 1, 200), 0);
	ck_assert_uint_gt(read_all(stopped[0]), PAD);
	wait_made(1);
	ck_assert_uint_gt(read_all(last), 0);
	for (size_t i = 1; i < CHILDREN_MAX; i++)
		ck_assert_uint_gt(read_all(stopped[i]), PAD);
}
END_TEST

/* As where the browser has gone. */
START_TEST(one_who_leaves_makes_room)
{
	for (size_t i = 0; i < 2 * CHILDREN_MAX; i++) {
		const int fd = look(LARGE);

		wait_made(1);
		(void)close(fd);
	}
	ck_assert_uint_gt(read_all(look(1)), 0);
}
END_TEST

START_TEST(a_path_has_to_fit_a_socket)
{
	char large[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];

	memset(large, 'x', sizeof(large) - 1);
	large[0] = '/';
	large[sizeof(large) - 1] = '\0';
	ck_assert_int_eq(page_server_open(large), -1);
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
	tc = tcase_create("several");
	tcase_add_checked_fixture(tc, begin, end);
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, a_reader_who_stops_keeps_nobody_waiting);
	tcase_add_test(tc, so_many_and_no_more_are_answered_at_a_time);
	tcase_add_test(tc, one_who_leaves_makes_room);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
