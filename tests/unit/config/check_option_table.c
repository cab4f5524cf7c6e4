/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/option_table.c: an option is found by place and by name,
 * in tables whose elements are larger than ours, too.
 */
#include "config/option_table.h"

#include "support/run.h"

/* As a module that was built with a later header has it. */
struct longer {
	struct apam_option option;
	const char *more;
};

static const struct apam_option plain[] = { { .name = "one" },
	{ .name = "two" } };
static const struct longer longer[] = { { { .name = "one" }, "x" },
	{ { .name = "two" }, "y" } };

static const struct option_table tables[] = {
	{ plain, sizeof(plain[0]), 2 },
	{ &longer[0].option, sizeof(longer[0]), 2 },
};

START_TEST(an_option_is_found)
{
	const struct option_table *table = &tables[_i];

	ck_assert_str_eq(option_at(table, 0)->name, "one");
	ck_assert_str_eq(option_at(table, 1)->name, "two");
	ck_assert_ptr_eq(option_find(table, "one"), option_at(table, 0));
	ck_assert_ptr_eq(option_find(table, "two"), option_at(table, 1));
	ck_assert_ptr_null(option_find(table, "thre"));
	ck_assert_ptr_null(option_find(table, "tw"));
	ck_assert_ptr_null(option_find(table, ""));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("option_table");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, an_option_is_found, 0, ROWS(tables));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
