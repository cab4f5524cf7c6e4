/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/shared.c: a value of `limits` counts if it is set.
 */
#include "config/shared.h"

#include "support/run.h"

START_TEST(a_limit_counts_if_it_is_set)
{
	struct apam_value body = { .num = 4096 };
	struct apam_value limits = { .members = NULL };

	ck_assert_int_eq(shared_body_max(&limits, 7), 7);
	limits.members = &body;
	ck_assert_int_eq(shared_body_max(&limits, 7), 7);
	body.set = true;
	ck_assert_int_eq(shared_body_max(&limits, 7), 4096);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("shared");
	TCase *tc = tcase_create("core");

	tcase_add_test(tc, a_limit_counts_if_it_is_set);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
