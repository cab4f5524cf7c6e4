/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/at.c: a file is known through other names and not through
 * another's; reading to the end tells a file that does not fit from a whole
 * one.
 */
#define _GNU_SOURCE
#include "file/at.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/run.h"

static char base[64];
static int directory;

static int
put_file(const char *name, size_t n)
{
	int fd = openat(directory, name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(write(fd, i % 2 == 0 ? "a" : "b", 1), 1);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void
setup(void)
{
	(void)strcpy(base, "/tmp/apam-file-at-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	directory = open(base, O_RDONLY | O_DIRECTORY);
	ck_assert_int_ge(directory, 0);
}

static void
teardown(void)
{
	static const char *const names[] = { "one", "two", "link" };

	for (size_t i = 0; i < 3; i++)
		(void)unlinkat(directory, names[i], 0);
	ck_assert_int_eq(close(directory), 0);
	ck_assert_int_eq(rmdir(base), 0);
}

START_TEST(a_name_is_of_a_file_or_not)
{
	int fd = put_file("one", 1), other = put_file("two", 1);

	ck_assert(file_at_is(directory, "one", fd));
	ck_assert(!file_at_is(directory, "two", fd));
	ck_assert(!file_at_is(directory, "none", fd));
	ck_assert(!file_at_is(directory, "one", -1));
	ck_assert_int_eq(symlinkat("one", directory, "link"), 0);
	ck_assert(!file_at_is(directory, "link", fd));
	ck_assert_int_eq(renameat(directory, "two", directory, "one"), 0);
	ck_assert(!file_at_is(directory, "one", fd));
	ck_assert(file_at_is(directory, "one", other));
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(close(other), 0);
}
END_TEST

static const struct {
	size_t n, room, reserved;
	bool ok;
} sizes[] = {
	{ 0, 10, 0, true },
	{ 1, 10, 0, true },
	{ 10, 10, 0, true },
	{ 11, 10, 0, false },
	{ 4096, 10000, 0, true },
	{ 4097, 10000, 0, true },
	{ 9000, 8999, 0, false },
	/* As its size said, and grown or cut since. */
	{ 90000, 100000, 90000, true },
	{ 90000, 100000, 10000, true },
	{ 10000, 100000, 90000, true },
	{ 90000, 90000, 90000, true },
	{ 90000, 89999, 89999, false },
};

START_TEST(all_is_read_or_it_does_not_fit)
{
	int fd = put_file("one", sizes[_i].n);
	struct buf b;

	buf_init(&b, sizes[_i].room);
	buf_reserve(&b, sizes[_i].reserved);
	ck_assert_int_eq(file_read(fd, &b), sizes[_i].ok);
	ck_assert_int_eq(b.failed, !sizes[_i].ok);
	ck_assert(!b.no_memory);
	if (sizes[_i].ok)
		ck_assert_uint_eq(b.n, sizes[_i].n);
	for (size_t i = 0; i < b.n; i++)
		ck_assert_int_eq(b.p[i], i % 2 == 0 ? 'a' : 'b');
	buf_free(&b);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(what_cannot_be_read_is_not_too_large)
{
	struct buf b;

	buf_init(&b, 10);
	ck_assert(!file_read(directory, &b));
	ck_assert(!b.failed);
	ck_assert(!file_read(-1, &b));
	ck_assert(!b.failed);
	buf_free(&b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("file_at");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_name_is_of_a_file_or_not);
	tcase_add_loop_test(tc, all_is_read_or_it_does_not_fit, 0, ROWS(sizes));
	tcase_add_test(tc, what_cannot_be_read_is_not_too_large);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
