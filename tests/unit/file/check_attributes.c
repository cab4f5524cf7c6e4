/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/attributes.c on real files: what is copied, that there may
 * be nothing to copy, and that a link is not followed.
 */
#include "file/attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "support/run.h"

static char base[64];
static int directory, to;

/* Version 2, then tag, rights and id of each entry; of user 1000 too. */
static const unsigned char acl[] = { 2, 0, 0, 0, /* */
	1, 0, 6, 0, 255, 255, 255, 255, /* the owner: rw */
	2, 0, 4, 0, 0xe8, 3, 0, 0, /* user 1000: r */
	4, 0, 4, 0, 255, 255, 255, 255, /* the group: r */
	16, 0, 4, 0, 255, 255, 255, 255, /* mask: r */
	32, 0, 0, 0, 255, 255, 255, 255 };

static int
make(const char *name)
{
	const int fd = openat(directory, name, O_RDWR | O_CREAT, 0600);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static void
setup(void)
{
	(void)snprintf(base, sizeof(base), "/tmp/apam-attributes-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(base));
	directory = open(base, O_RDONLY | O_DIRECTORY);
	ck_assert_int_ge(directory, 0);
	to = make("to");
}

static void
teardown(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", base);
	ck_assert_int_eq(close(to), 0);
	ck_assert_int_eq(close(directory), 0);
	ck_assert_int_eq(system(command), 0);
}

/* How many bytes of an ACL the copy has; -1: none. */
static ssize_t
acl_size(void)
{
	return fgetxattr(to, "system.posix_acl_access", NULL, 0);
}

START_TEST(an_acl_is_copied)
{
	unsigned char found[256];
	const int from = make("from");

	ck_assert_int_eq(
	    fsetxattr(from, "system.posix_acl_access", acl, sizeof(acl), 0), 0);
	ck_assert_int_eq(close(from), 0);
	ck_assert(file_attributes_copy(directory, "from", to));
	ck_assert_int_eq(
	    (int)fgetxattr(to, "system.posix_acl_access", found, sizeof(found)),
	    (int)sizeof(acl));
	ck_assert_mem_eq(found, acl, sizeof(acl));
}
END_TEST

START_TEST(there_may_be_none)
{
	ck_assert_int_eq(close(make("from")), 0);
	ck_assert(file_attributes_copy(directory, "from", to));
	ck_assert_int_eq((int)acl_size(), -1);
}
END_TEST

START_TEST(there_may_be_no_file)
{
	ck_assert(file_attributes_copy(directory, "absent", to));
	ck_assert_int_eq((int)acl_size(), -1);
}
END_TEST

START_TEST(a_link_is_an_error)
{
	ck_assert_int_eq(symlinkat("to", directory, "link"), 0);
	ck_assert(!file_attributes_copy(directory, "link", to));
	ck_assert_int_eq(errno, ELOOP);
}
END_TEST

START_TEST(what_cannot_be_copied_is_an_error)
{
	const int from = make("from");

	ck_assert_int_eq(
	    fsetxattr(from, "system.posix_acl_access", acl, sizeof(acl), 0), 0);
	ck_assert_int_eq(close(from), 0);
	ck_assert(!file_attributes_copy(directory, "from", -1));
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("file_attributes");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, an_acl_is_copied);
	tcase_add_test(t, there_may_be_none);
	tcase_add_test(t, there_may_be_no_file);
	tcase_add_test(t, a_link_is_an_error);
	tcase_add_test(t, what_cannot_be_copied_is_an_error);
	suite_add_tcase(s, t);
	return run_suite(s);
}
