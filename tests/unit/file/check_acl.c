/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/acl.c: bytes as the kernel gives them, and a file whose
 * ACL the kernel was given.
 */
#include "file/acl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "support/run.h"

#define VERSION "\2\0\0\0"
#define OWNER "\1\0\6\0\xff\xff\xff\xff"
#define OWNING_GROUP "\4\0\4\0\xff\xff\xff\xff"
#define OTHERS "\x20\0\0\0\xff\xff\xff\xff"
#define MASK_READ "\x10\0\4\0\xff\xff\xff\xff"
#define MASK_NONE "\x10\0\3\0\xff\xff\xff\xff"
#define USER_READS "\2\0\4\0\xfe\xff\0\0"
#define USER_WRITES "\2\0\2\0\xfe\xff\0\0"
#define GROUP_READS "\x8\0\5\0\1\2\0\0"
#define BYTES(text) text, sizeof(text) - 1

static const struct {
	const char *name, *bytes;
	size_t n;
	int found;
	struct acl_named who;
} rows[] = {
	{ "minimal", BYTES(VERSION OWNER OWNING_GROUP OTHERS), 0, { 0 } },
	{ "a user", BYTES(VERSION OWNER USER_READS OWNING_GROUP MASK_READ), 1,
	    { false, 65534 } },
	{ "a group", BYTES(VERSION OWNER OWNING_GROUP GROUP_READS MASK_READ), 1,
	    { true, 513 } },
	{ "no mask", BYTES(VERSION USER_READS), 1, { false, 65534 } },
	{ "masked", BYTES(VERSION OWNER USER_READS GROUP_READS MASK_NONE), 0,
	    { 0 } },
	{ "none reads", BYTES(VERSION USER_WRITES MASK_READ), 0, { 0 } },
	{ "the second", BYTES(VERSION USER_WRITES GROUP_READS), 1,
	    { true, 513 } },
	{ "no entry", BYTES(VERSION), 0, { 0 } },
	{ "nothing", "", 0, -1, { 0 } },
	{ "half a version", BYTES("\2\0\0"), -1, { 0 } },
	{ "another version", BYTES("\3\0\0\0" OWNER), -1, { 0 } },
	{ "half an entry", BYTES(VERSION "\2\0\4\0"), -1, { 0 } },
};

START_TEST(who_is_named_is_found)
{
	struct acl_named who = { 0 };
	const int found = acl_reader((const unsigned char *)rows[_i].bytes,
	    rows[_i].n, ACL_NOBODY, &who);

	ck_assert_msg(found == rows[_i].found, "%s: %d", rows[_i].name, found);
	ck_assert_msg(
	    who.group == rows[_i].who.group && who.id == rows[_i].who.id,
	    "%s: %u", rows[_i].name, who.id);
}
END_TEST

START_TEST(oneself_does_not_count)
{
	static const char one[] = VERSION OWNER USER_READS MASK_READ;
	struct acl_named who = { 0 };

	ck_assert_int_eq(acl_reader((const unsigned char *)one, sizeof(one) - 1,
			     65534, &who),
	    0);
	ck_assert_int_eq(acl_reader((const unsigned char *)one, sizeof(one) - 1,
			     65533, &who),
	    1);
}
END_TEST

/* Where the file system of /tmp has none, a file has none. */
START_TEST(a_files_acl_is_read)
{
	static const char one[] =
	    VERSION OWNER USER_READS OWNING_GROUP MASK_READ OTHERS;
	char path[] = "/tmp/apam-acl-XXXXXX";
	struct acl_named who = { 0 };
	const int fd = mkstemp(path);
	int set;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(acl_reader_of(fd, ACL_NOBODY, &who), 0);
	set = fsetxattr(fd, "system.posix_acl_access", one, sizeof(one) - 1, 0);
	ck_assert(set == 0 || errno == ENOTSUP);
	ck_assert_int_eq(acl_reader_of(fd, ACL_NOBODY, &who), set == 0);
	ck_assert_uint_eq(who.id, set == 0 ? 65534 : 0);
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(acl_reader_of(fd, ACL_NOBODY, &who), -1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("acl");
	TCase *tc = tcase_create("acl");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, who_is_named_is_found, 0, ROWS(rows));
	tcase_add_test(tc, oneself_does_not_count);
	tcase_add_test(tc, a_files_acl_is_read);
	return run_suite(suite);
}
