/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/scm_rights.c: how many are passed, taken and closed.
 */
#include "base/scm_rights.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/run.h"

static int ends[2], pipes[2];

static void
begin(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	ck_assert_int_eq(pipe(pipes), 0);
}

static void
end(void)
{
	(void)close(ends[0]);
	(void)close(ends[1]);
	(void)close(pipes[0]);
	(void)close(pipes[1]);
}

static void
pass(size_t count)
{
	int fds[SCM_RIGHTS_MAX];
	char byte = 'x';
	struct iovec part = { &byte, 1 };
	union scm_rights room;
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	for (size_t i = 0; i < count; i++)
		fds[i] = pipes[1];
	scm_rights_put(&message, &room, fds, count);
	ck_assert_int_eq((int)sendmsg(ends[0], &message, 0), 1);
}

static size_t
take(int *fds, size_t most)
{
	char byte;
	struct iovec part = { &byte, 1 };
	union scm_rights room;
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	scm_rights_expect(&message, &room);
	ck_assert_int_eq((int)recvmsg(ends[1], &message, 0), 1);
	return scm_rights_take(&message, fds, most);
}

/* Whoever has a writing end keeps the reader from its end. */
static bool
nobody_writes(void)
{
	char byte;

	(void)close(pipes[1]);
	pipes[1] = -1;
	(void)fcntl(pipes[0], F_SETFL, O_NONBLOCK);
	return read(pipes[0], &byte, 1) == 0;
}

static const struct row {
	size_t passed, most;
} rows[] = {
	{ 0, 0 },
	{ 0, 1 },
	{ 1, 0 },
	{ 1, 1 },
	{ 2, 1 },
	{ 2, 2 },
	{ SCM_RIGHTS_MAX, 1 },
	{ SCM_RIGHTS_MAX, SCM_RIGHTS_MAX },
};

START_TEST(what_is_not_taken_is_closed)
{
	const struct row *row = &rows[_i];
	int fds[SCM_RIGHTS_MAX];
	struct stat one, other;
	size_t count;

	pass(row->passed);
	count = take(fds, row->most);
	ck_assert_uint_eq(count, row->passed);
	ck_assert_int_eq(fstat(pipes[1], &one), 0);
	for (size_t i = 0; i < count && i < row->most; i++) {
		ck_assert_int_eq(fstat(fds[i], &other), 0);
		ck_assert(one.st_ino == other.st_ino);
		(void)close(fds[i]);
	}
	ck_assert(nobody_writes());
}
END_TEST

START_TEST(a_message_without_any_is_one)
{
	int fd = 12345;

	ck_assert_int_eq((int)send(ends[0], "x", 1, 0), 1);
	ck_assert_uint_eq(take(&fd, 1), 0);
	ck_assert_int_eq(fd, 12345);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("scm_rights");
	TCase *tc = tcase_create("scm_rights");

	tcase_add_checked_fixture(tc, begin, end);
	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, what_is_not_taken_is_closed, 0, ROWS(rows));
	tcase_add_test(tc, a_message_without_any_is_one);
	return run_suite(suite);
}
