/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/boot.c: an id where there is one, the same each time.
 */
#include "base/boot.h"

#include <string.h>
#include <unistd.h>

#include "support/run.h"

START_TEST(a_boot_has_one_id)
{
	char one[BOOT_ID_SIZE], two[BOOT_ID_SIZE];
	static const char zero[BOOT_ID_SIZE];

	memset(one, 1, sizeof(one));
	memset(two, 2, sizeof(two));
	ck_assert_int_eq(boot_id(one), boot_id(two));
	ck_assert_mem_eq(one, two, sizeof(one));
	if (boot_id(one))
		ck_assert_mem_ne(one, zero, sizeof(zero));
	else
		ck_assert_mem_eq(one, zero, sizeof(zero));
}
END_TEST

START_TEST(linux_has_a_uuid)
{
	char id[BOOT_ID_SIZE];

	if (access("/proc/sys/kernel/random/boot_id", R_OK) != 0)
		return;
	ck_assert(boot_id(id));
	for (size_t i = 0; i < sizeof(id); i++)
		ck_assert(id[i] != '\0' &&
		    strchr("0123456789abcdef-", id[i]) != NULL);
	ck_assert(id[8] == '-' && id[13] == '-' && id[18] == '-');
}
END_TEST

START_TEST(a_process_is_in_one_time_namespace)
{
	uint64_t device = 1, inode = 2, again_device = 3, again_inode = 4;
	const bool there = access("/proc/self/ns/time", F_OK) == 0;

	boot_time_namespace(&device, &inode);
	boot_time_namespace(&again_device, &again_inode);
	ck_assert_uint_eq(device, again_device);
	ck_assert_uint_eq(inode, again_inode);
	ck_assert((inode != 0) == there);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("boot");
	TCase *tc = tcase_create("boot");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, a_boot_has_one_id);
	tcase_add_test(tc, linux_has_a_uuid);
	tcase_add_test(tc, a_process_is_in_one_time_namespace);
	return run_suite(suite);
}
