/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/array.c: what was added stays, whatever moves, and a size
 * that cannot be had leaves all as it was; which ones are in large pages.
 */
#include "base/array.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* True if the system is asked for large pages where this address lies. */
static bool
is_in_large_pages(const void *address)
{
	unsigned long from, to;
	char line[512];
	bool large = false, here = false;
	FILE *f = fopen("/proc/self/smaps", "r");

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			here = from <= (unsigned long)address &&
			    (unsigned long)address < to;
		if (here && strncmp(line, "VmFlags:", 8) == 0)
			large = strstr(line, " hg") != NULL;
	}
	(void)fclose(f);
	return large;
}

/* The last of many elements that shares no page, and none of few. */
START_TEST(what_is_large_is_in_large_pages)
{
	size_t count = 0, room = 0;
	char(*all)[1024] = NULL;

	while (count < 1024)
		ck_assert(array_grow(&all, count++, &room, sizeof(*all)));
	ck_assert(!is_in_large_pages(all[1023]));
	while (count < 8192)
		ck_assert(array_grow(&all, count++, &room, sizeof(*all)));
	/* A kernel may have none. */
	if (access("/sys/kernel/mm/transparent_hugepage", F_OK) == 0)
		ck_assert(is_in_large_pages(all[8187]));
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
	tcase_add_test(tc, what_is_large_is_in_large_pages);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
