/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/agent/number_table.c.
 */
#include "agent/number_table.h"

#include <string.h>

#include "support/run.h"

#define COUNT 2000

static struct number_table table;
static struct numbered all[COUNT];

/* As addresses are, and as users are. */
static const uint64_t steps[] = { 1, 64, 4096, UINT64_C(1) << 32,
	UINT64_C(1) << 56, UINT64_C(0x9e3779b97f4a7c15) };

static void
setup(void)
{
	memset(&table, 0, sizeof(table));
	memset(all, 0, sizeof(all));
}

static void
fill(uint64_t step)
{
	for (size_t i = 0; i < COUNT; i++) {
		all[i].number = i * step;
		if (number_table_find(&table, all[i].number) == NULL)
			number_table_add(&table, &all[i]);
	}
}

START_TEST(what_is_added_is_found)
{
	fill(steps[_i]);
	ck_assert_uint_gt(table.count, 0);
	for (size_t i = 0; i < COUNT; i++) {
		struct numbered *one = number_table_find(&table, all[i].number);

		ck_assert_ptr_nonnull(one);
		ck_assert(one->number == all[i].number);
	}
	ck_assert_ptr_null(number_table_find(&table, COUNT * steps[_i] + 1));
}
END_TEST

START_TEST(what_is_removed_is_not)
{
	fill(1);
	for (size_t i = 0; i < COUNT; i += 2)
		number_table_remove(&table, &all[i]);
	ck_assert_uint_eq(table.count, COUNT / 2);
	for (size_t i = 0; i < COUNT; i++)
		ck_assert(
		    (number_table_find(&table, i) == NULL) == (i % 2 == 0));
}
END_TEST

START_TEST(all_can_be_taken)
{
	size_t n = 0;

	fill(64);
	while (number_table_take(&table) != NULL)
		n++;
	ck_assert_uint_eq(n, COUNT);
	ck_assert_uint_eq(table.count, 0);
	ck_assert_ptr_null(number_table_find(&table, 64));
}
END_TEST

/* Neither users one after the other nor addresses share a few buckets. */
START_TEST(they_are_spread)
{
	size_t longest = 0;

	fill(steps[_i]);
	for (size_t i = 0; i < NUMBER_TABLE_BUCKETS; i++) {
		size_t n = 0;

		for (struct numbered *one = table.buckets[i]; one != NULL;
		     one = one->next)
			n++;
		longest = n > longest ? n : longest;
	}
	ck_assert_uint_le(longest, 16 * COUNT / NUMBER_TABLE_BUCKETS);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("number_table");
	TCase *tc = tcase_create("number_table");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, what_is_added_is_found, 0, ROWS(steps));
	tcase_add_test(tc, what_is_removed_is_not);
	tcase_add_test(tc, all_can_be_taken);
	/* Of the last two the upper bits alone differ, or nothing is left. */
	tcase_add_loop_test(tc, they_are_spread, 0, 3);
	return run_suite(suite);
}
