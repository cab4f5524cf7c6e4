/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/standard_fds.c: in place of what the caller closed there is
 * something that takes and gives nothing, and what is open stays.
 */
#include "base/standard_fds.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"

/* Each row closes those whose bit is set. */
#define CHOICES 8

/* In a child; its exit status says what was wrong. */
static int
try(int closed)
{
	char byte = 'x';
	int next;

	for (int fd = 0; fd < 3; fd++)
		if ((closed & 1 << fd) != 0)
			(void)close(fd);
	if (!standard_fds_fill())
		return 1;
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) != 0)
			return 2;
	next = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (next < 3)
		return 3;
	if ((closed & 1) != 0 && (read(0, &byte, 1) >= 0 || errno != EBADF))
		return 4;
	for (int fd = 1; fd < 3; fd++)
		if ((closed & 1 << fd) != 0 &&
		    (write(fd, &byte, 1) >= 0 || errno != EBADF))
			return 5;
	return 0;
}

START_TEST(nothing_is_opened_in_their_place)
{
	int status;
	const pid_t pid = fork();

	if (pid == 0)
		_exit(try(_i));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(what_is_open_stays)
{
	struct stat before[3], after;

	for (int fd = 0; fd < 3; fd++)
		ck_assert_int_eq(fstat(fd, &before[fd]), 0);
	ck_assert(standard_fds_fill());
	for (int fd = 0; fd < 3; fd++) {
		ck_assert_int_eq(fstat(fd, &after), 0);
		ck_assert_uint_eq(after.st_ino, before[fd].st_ino);
		ck_assert_uint_eq(after.st_dev, before[fd].st_dev);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("standard_fds");
	TCase *t = tcase_create("core");

	tcase_add_loop_test(t, nothing_is_opened_in_their_place, 0, CHOICES);
	tcase_add_test(t, what_is_open_stays);
	suite_add_tcase(s, t);
	return run_suite(s);
}
