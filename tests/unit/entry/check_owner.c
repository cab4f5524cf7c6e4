/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/owner.h: the last release frees, and no other.
 */
#include "entry/owner.h"

#include "support/run.h"

static int freed;

static void
note_freed(struct owner *owner)
{
	(void)owner;
	freed++;
}

START_TEST(the_last_release_frees)
{
	struct owner owner = { .refs = 1, .free = note_freed };
	struct owner *first = &owner, *second = owner_hold(&owner);

	ck_assert_ptr_eq(second, &owner);
	owner_release(&second);
	ck_assert_ptr_null(second);
	ck_assert_int_eq(freed, 0);
	owner_release(&first);
	ck_assert_ptr_null(first);
	ck_assert_int_eq(freed, 1);
	owner_release(&first);
	ck_assert_int_eq(freed, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("owner");
	TCase *tc = tcase_create("owner");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, the_last_release_frees);
	return run_suite(suite);
}
