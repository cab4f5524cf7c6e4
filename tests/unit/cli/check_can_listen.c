/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/gateway/can_listen.c: which addresses can be listened at, and
 * that nothing is left there.
 */
#include "gateway/can_listen.c"

#include "support/run.h"

#define TEMPLATE "/tmp/apam-listen-XXXXXX"

static char dir[sizeof(TEMPLATE)];
static char path[64], address[80];

static void
setup(void)
{
	memcpy(dir, TEMPLATE, sizeof(TEMPLATE));
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	snprintf(address, sizeof(address), "unix:%s", path);
}

static void
teardown(void)
{
	(void)unlink(path);
	(void)rmdir(dir);
}

/* A socket that listens at a free port, whose address is `text`. */
static int
listens(const char *host, char *text, size_t size)
{
	union address at;
	socklen_t n;
	int fd;

	snprintf(text, size, "%s:1", host);
	n = parse(text, &at);
	ck_assert_uint_gt(n, 0);
	at.four.sin_port = 0; /* where that of IPv6 is, too */
	fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, &at.any, n) != 0)
		return -1; /* there is no IPv6 here */
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(getsockname(fd, &at.any, &n), 0);
	snprintf(text, size, "%s:%d", host, ntohs(at.four.sin_port));
	return fd;
}

static void
check_port(const char *host)
{
	char text[64];
	const int fd = listens(host, text, sizeof(text));

	if (fd < 0)
		return;
	ck_assert(!can_listen(text));
	ck_assert_int_eq(errno, EADDRINUSE);
	(void)close(fd);
	ck_assert_msg(can_listen(text), "%s: %s", text, strerror(errno));
	ck_assert(can_listen(text)); /* nothing is left */
}

START_TEST(a_port_in_use_is_not_free)
{
	check_port("127.0.0.1");
	check_port("[::1]");
}
END_TEST

START_TEST(a_path_is_free_before_and_after)
{
	ck_assert(can_listen(address));
	ck_assert(can_listen(address));
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(a_folder_that_is_not_there_has_no_socket)
{
	ck_assert(!can_listen("unix:/nonexistent/socket"));
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(what_is_no_address_is_said)
{
	static const char *const wrong[] = { "", "unix:", "127.0.0.1",
		"127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
		"127.0.0.1:123456", "127.0.0.1:80x", "127.0.0:80",
		"127.evil.example.of.a.long.name:80", "[::1]:", "[::1]:x" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ck_assert_msg(!can_listen(wrong[i]), "%s", wrong[i]);
		ck_assert_int_eq(errno, EINVAL);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("can_listen");
	TCase *tc = tcase_create("can_listen");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_port_in_use_is_not_free);
	tcase_add_test(tc, a_path_is_free_before_and_after);
	tcase_add_test(tc, a_folder_that_is_not_there_has_no_socket);
	tcase_add_test(tc, what_is_no_address_is_said);
	suite_add_tcase(s, tc);
	return run_suite(s);
}
