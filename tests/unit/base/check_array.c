/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/array.c: what was added stays, whatever moves, and a size
 * that cannot be had leaves all as it was.
 */
#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>

#include "support/run.h"

START_TEST(what_was_added_stays)
{
	size_t count = 0, room = 0, moves = 0, before;
	uint32_t *all = NULL;

	while (count < 5000) {
		before = room;
		ck_assert(array_grow(&all, count, &room, sizeof(*all)));
		ck_assert_uint_gt(room, count);
		moves += room != before;
		all[count] = (uint32_t)count;
		count++;
	}
	for (size_t i = 0; i < count; i++)
		ck_assert_uint_eq(all[i], i);
	/* 16, 32, ... 8192. */
	ck_assert_uint_eq(moves, 10);
	free(all);
}
END_TEST

START_TEST(what_cannot_be_had_changes_nothing)
{
	char *all = malloc(1), *before = all;
	size_t room = SIZE_MAX / 4;

	ck_assert_ptr_nonnull(all);
	all[0] = 'x';
	ck_assert(!array_grow(&all, room, &room, 8));
	ck_assert_ptr_eq(all, before);
	ck_assert_uint_eq(room, SIZE_MAX / 4);
	ck_assert_int_eq(all[0], 'x');
	free(all);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("array");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, what_was_added_stays);
	tcase_add_test(tc, what_cannot_be_had_changes_nothing);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
