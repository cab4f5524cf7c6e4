/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How messages name what a module refuses.
 */
#include "config/option_table.h"
#include "support/run.h"

static const struct apam_option inner[] = {
	{ .name = "x", .help = "h", .type = APAM_OPT_STRING },
	{ .name = "y", .help = "h", .type = APAM_OPT_LIST },
};

static const struct apam_option members[] = {
	{ .name = "name", .help = "h", .type = APAM_OPT_STRING },
	{ .name = "deep",
	    .help = "h",
	    .type = APAM_OPT_GROUPS,
	    .members = inner,
	    .member_count = 2 },
};

static const struct apam_option options[] = {
	{ .name = "plain", .help = "h", .type = APAM_OPT_STRING },
	{ .name = "list", .help = "h", .type = APAM_OPT_LIST },
	{ .name = "one",
	    .help = "h",
	    .type = APAM_OPT_GROUP,
	    .members = members,
	    .member_count = 2 },
	{ .name = "many",
	    .help = "h",
	    .type = APAM_OPT_GROUPS,
	    .members = members,
	    .member_count = 2 },
};

static const struct option_table table = { options, sizeof(options[0]), 4 };

static const struct {
	size_t path[6];
	size_t count;
	const char *name;
} paths[] = {
	{ { 0 }, 1, "plain" },
	{ { 1 }, 1, "list" },
	{ { 1, 2 }, 2, "list[3]" },
	{ { 2 }, 1, "one" },
	{ { 2, 0 }, 2, "one.name" },
	{ { 2, 1, 0, 1, 4 }, 5, "one.deep[1].y[5]" },
	{ { 3 }, 1, "many" },
	{ { 3, 1 }, 2, "many[2]" },
	{ { 3, 1, 0 }, 3, "many[2].name" },
	{ { 3, 0, 1, 2, 0 }, 5, "many[1].deep[3].x" },
	{ { 4 }, 1, "?" },
	{ { 2, 7 }, 2, "one.?" },
	{ { 0 }, 0, "?" },
};

START_TEST(a_path_is_named)
{
	char name[64];

	option_path_name(
	    &table, paths[_i].path, paths[_i].count, name, sizeof(name));
	ck_assert_str_eq(name, paths[_i].name);
}
END_TEST

START_TEST(a_name_is_cut)
{
	const size_t path[] = { 3, 0, 1, 2, 0 };
	char name[8];

	option_path_name(&table, path, 5, name, sizeof(name));
	ck_assert_str_eq(name, "many[1]");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("option_path");
	TCase *tc = tcase_create("option_path");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_path_is_named, 0, ROWS(paths));
	tcase_add_test(tc, a_name_is_cut);
	return run_suite(suite);
}
