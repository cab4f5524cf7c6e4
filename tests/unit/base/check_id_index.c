/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/id_index.c.
 */
#include "base/id_index.h"

#include <stdio.h>

#include "support/run.h"

#define IDS 5000
#define SAME 3 /* numbers of each id */

static char ids[IDS][16];

START_TEST(an_empty_index_has_nothing)
{
	struct id_index index = { .slots = NULL };
	size_t at = 0, number;

	ck_assert(!id_index_next(&index, "a", &at, &number));
	id_index_free(&index);
	ck_assert(!id_index_next(&index, "a", &at, &number));
}
END_TEST

START_TEST(all_are_found_in_their_order)
{
	struct id_index index = { .slots = NULL };
	size_t at, number;

	for (size_t i = 0; i < IDS * SAME; i++) {
		(void)snprintf(ids[i % IDS], sizeof(ids[0]), "id%zu", i % IDS);
		ck_assert(id_index_add(&index, ids[i % IDS], i));
	}
	for (size_t i = 0; i < IDS; i++) {
		at = 0;
		for (size_t n = 0; n < SAME; n++) {
			ck_assert(id_index_next(&index, ids[i], &at, &number));
			ck_assert_uint_eq(number, i + n * IDS);
		}
		ck_assert(!id_index_next(&index, ids[i], &at, &number));
	}
	at = 0;
	ck_assert(!id_index_next(&index, "", &at, &number));
	at = 0;
	ck_assert(!id_index_next(&index, "id5000", &at, &number));
	id_index_free(&index);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("id_index");
	TCase *tc = tcase_create("id_index");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, an_empty_index_has_nothing);
	tcase_add_test(tc, all_are_found_in_their_order);
	return run_suite(suite);
}
