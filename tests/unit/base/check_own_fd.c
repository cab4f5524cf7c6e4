/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/own_fd.c: what is ours, what another thing of the same
 * number.
 */
#include "base/own_fd.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/run.h"

static int
open_file(void)
{
	char path[] = "/tmp/apam-own-XXXXXX";
	const int fd = mkstemp(path);

	(void)unlink(path);
	return fd;
}

static int
open_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int (*const kinds[])(void) = { open_file, open_socket };

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

START_TEST(what_was_kept_is_closed)
{
	struct own_fd own = own_fd_of(kinds[_i]());
	const int fd = own.fd;

	ck_assert(own_fd_is_ours(&own));
	own_fd_close(&own);
	ck_assert_int_eq(own.fd, -1);
	ck_assert(!is_open(fd));
	ck_assert(!own_fd_is_ours(&own));
	own_fd_close(&own);
}
END_TEST

START_TEST(what_is_another_stays_open)
{
	for (int i = 0; i < ROWS(kinds); i++) {
		struct own_fd own = own_fd_of(kinds[_i]());
		const int other = kinds[i](), fd = own.fd;

		ck_assert_int_eq(dup2(other, fd), fd);
		ck_assert(!own_fd_is_ours(&own));
		own_fd_close(&own);
		ck_assert_int_eq(own.fd, -1);
		ck_assert(is_open(fd));
		(void)close(fd);
		(void)close(other);
	}
}
END_TEST

START_TEST(none_is_none)
{
	struct own_fd none = OWN_FD_NONE, gone = own_fd_of(-2);

	ck_assert_int_eq(gone.fd, -2);
	ck_assert(!own_fd_is_ours(&none) && !own_fd_is_ours(&gone));
	own_fd_close(&none);
	gone = own_fd_of(open_file());
	(void)close(gone.fd);
	ck_assert(!own_fd_is_ours(&gone));
	own_fd_close(&gone);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("own_fd");
	TCase *tc = tcase_create("own_fd");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, what_was_kept_is_closed, 0, ROWS(kinds));
	tcase_add_loop_test(tc, what_is_another_stays_open, 0, ROWS(kinds));
	tcase_add_test(tc, none_is_none);
	return run_suite(suite);
}
