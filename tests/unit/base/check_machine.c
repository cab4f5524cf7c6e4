/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/machine.c: a mark that is always the same and is not the
 * id itself.
 */
#include "base/machine.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "support/run.h"

/* The id as the system has it; false if it has none. */
static bool
read_id(char id[MACHINE_MARK_SIZE])
{
	FILE *f = fopen("/etc/machine-id", "re");
	size_t n;

	memset(id, 0, MACHINE_MARK_SIZE);
	if (f == NULL)
		return false;
	n = fread(id, 1, MACHINE_MARK_SIZE - 1, f);
	(void)fclose(f);
	return n == MACHINE_MARK_SIZE - 1;
}

START_TEST(a_machine_has_one_mark)
{
	char one[MACHINE_MARK_SIZE], two[MACHINE_MARK_SIZE];
	char id[MACHINE_MARK_SIZE];

	memset(one, 1, sizeof(one));
	memset(two, 2, sizeof(two));
	machine_mark(one);
	machine_mark(two);
	ck_assert_str_eq(one, two);
	if (!read_id(id)) {
		ck_assert_str_eq(one, "-");
		return;
	}
	ck_assert_uint_eq(strlen(one), MACHINE_MARK_SIZE - 1);
	ck_assert_uint_eq(strspn(one, "0123456789abcdef"), strlen(one));
	ck_assert_str_ne(one, id);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("machine");
	TCase *tc = tcase_create("machine");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, a_machine_has_one_mark);
	return run_suite(suite);
}
