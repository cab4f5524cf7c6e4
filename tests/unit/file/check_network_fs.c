/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/network_fs.c: the types of linux/magic.h, and what a
 * directory of this machine is on.
 */
#include "file/network_fs.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <unistd.h>

#include "support/run.h"

static const struct {
	unsigned long type;
	const char *name; /* NULL: it is this machine's */
} rows[] = {
	{ NFS_SUPER_MAGIC, "NFS" },
	{ SMB_SUPER_MAGIC, "SMB" },
	{ CIFS_SUPER_MAGIC, "CIFS" },
	{ SMB2_SUPER_MAGIC, "SMB" },
	{ V9FS_MAGIC, "9P" },
	{ FUSE_SUPER_MAGIC, "FUSE" },
	{ CEPH_SUPER_MAGIC, "Ceph" },
	{ OCFS2_SUPER_MAGIC, "OCFS2" },
	{ AFS_SUPER_MAGIC, "AFS" },
	{ AFS_FS_MAGIC, "AFS" },
	{ CODA_SUPER_MAGIC, "Coda" },
	{ EXT4_SUPER_MAGIC, NULL },
	{ XFS_SUPER_MAGIC, NULL },
	{ BTRFS_SUPER_MAGIC, NULL },
	{ TMPFS_MAGIC, NULL },
	{ OVERLAYFS_SUPER_MAGIC, NULL },
	{ 0, NULL },
};

START_TEST(each_type_has_its_name)
{
	ck_assert_pstr_eq(network_fs_name(rows[_i].type), rows[_i].name);
}
END_TEST

START_TEST(a_directory_of_this_machine_is_none)
{
	const int fd = open("/dev/shm", O_RDONLY | O_DIRECTORY);

	ck_assert_int_ge(fd, 0);
	ck_assert_ptr_null(network_fs_of(fd));
	ck_assert_int_eq(close(fd), 0);
	ck_assert_ptr_null(network_fs_of(fd));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("network_fs");
	TCase *tc = tcase_create("network_fs");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, each_type_has_its_name, 0,
	    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tc, a_directory_of_this_machine_is_none);
	return run_suite(suite);
}
