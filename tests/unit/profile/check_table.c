/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/profile/table.c: names that are refused, profiles found in any
 * order, and broken ones that are read again.
 */
#include "profile/handle.h"
#include "profile/table.h"

#include "support/project.h"
#include "support/run.h"

static struct project project;

static void
setup(void)
{
	project_make(&project);
	project_profile(&project, "zero",
	    "origins = [ \"https://zero.example\" ];\n"
	    "auth = ( { scheme = \"none\"; } );\n");
	(void)project_get(&project, "zero");
}

static void
teardown(void)
{
	project_remove(&project);
}

static enum apam_status
get(const char *name, struct apam_profile **profile)
{
	/* Neither of them is to stay as it was. */
	*profile = (struct apam_profile *)(void *)&project;
	memset(&project.err, 0x5a, sizeof(project.err));
	project.err.size = sizeof(project.err);
	return apam_profile_get(project.ctx, name, profile, &project.err);
}

/* ---- By name ----------------------------------------------------------- */

#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN

static const struct {
	const char *name;
	const char *text;
} no_profiles[] = {
	{ "", "a profile's name has only" },
	{ ".", "a profile's name has only" },
	{ "..", "a profile's name has only" },
	{ ".zero", "a profile's name has only" },
	{ "-zero", "a profile's name has only" },
	{ "_zero", "a profile's name has only" },
	{ "../apam.d/zero", "a profile's name has only" },
	{ "./zero", "a profile's name has only" },
	{ "/etc/passwd", "a profile's name has only" },
	{ "zero/", "a profile's name has only" },
	{ "ze ro", "a profile's name has only" },
	{ "zero\n", "a profile's name has only" },
	{ "z\xc3\xa4ro", "a profile's name has only" },
	{ "zero%s", "a profile's name has only" },
	{ SIXTY "abcde", "a profile's name has only" },
	{ SIXTY "abcd", "there is no profile " SIXTY "abcd in " },
	{ "zero.conf", "there is no profile zero.conf in " },
	{ "ZERO", "there is no profile ZERO in " },
	{ "zer", "there is no profile zer in " },
	{ "zeroo", "there is no profile zeroo in " },
};

START_TEST(a_name_that_is_none)
{
	struct apam_profile *p;
	const char *name = no_profiles[_i].name;

	ck_assert_msg(get(name, &p) == APAM_E_NO_PROFILE, "%s", name);
	ck_assert_ptr_null(p);
	ck_assert_int_eq(project.err.status, APAM_E_NO_PROFILE);
	ck_assert_msg(strncmp(project.err.text, no_profiles[_i].text,
			  strlen(no_profiles[_i].text)) == 0,
	    "%s: %s", name, project.err.text);
	ck_assert_int_eq(
	    apam_profile_get(project.ctx, name, &p, NULL), APAM_E_NO_PROFILE);
	ck_assert_uint_eq(project.ctx->profile_count, 1);
}
END_TEST

START_TEST(a_success_clears_the_error)
{
	struct apam_profile *p;

	ck_assert_int_eq(get("zero", &p), APAM_OK);
	ck_assert_int_eq(project.err.status, APAM_OK);
	ck_assert_str_eq(project.err.text, "");
	ck_assert_str_eq(apam_profile_name(p), "zero");
}
END_TEST

/* First asked for in this order, which is none. */
static const char *const orders[][5] = {
	{ "a", "b", "c", "d", "e" },
	{ "e", "d", "c", "b", "a" },
	{ "c", "a", "e", "b", "d" },
	{ "a.b", "a-b", "a_b", "ab", "a" },
	{ "B", "b", "Ba", "bA", "0" },
};

START_TEST(a_profile_stays_the_same)
{
	struct apam_profile *p[5], *again;

	for (size_t i = 0; i < 5; i++) {
		project_origin(&project, orders[_i][i], "https://api.example");
		ck_assert_int_eq(get(orders[_i][i], &p[i]), APAM_OK);
	}
	for (size_t i = 0; i < 5; i++) {
		ck_assert_int_eq(get(orders[_i][i], &again), APAM_OK);
		ck_assert_ptr_eq(again, p[i]);
		ck_assert_str_eq(apam_profile_name(again), orders[_i][i]);
	}
	ck_assert_uint_eq(project.ctx->profile_count, 6);
	for (size_t i = 1; i < 6; i++)
		ck_assert_int_lt(strcmp(project.ctx->profiles[i - 1]->name,
				     project.ctx->profiles[i]->name),
		    0);
}
END_TEST

START_TEST(a_broken_profile_is_read_again)
{
	struct apam_profile *p;

	project_profile(&project, "late", "origins = 1;\n");
	ck_assert_int_eq(get("late", &p), APAM_E_CONFIG);
	ck_assert_ptr_null(p);
	ck_assert_str_eq(project.err.profile, "late");
	ck_assert_int_eq(project.err.line, 1);
	ck_assert_str_eq(
	    project.err.file, project_path(&project, "apam.d/late.conf"));
	ck_assert_uint_eq(project.ctx->profile_count, 1);
	project_origin(&project, "late", "https://late.example");
	ck_assert_int_eq(get("late", &p), APAM_OK);
}
END_TEST

START_TEST(a_file_that_others_write_is_no_profile)
{
	struct apam_profile *p;

	project_origin(&project, "open", "https://open.example");
	ck_assert_int_eq(
	    chmod(project_path(&project, "apam.d/open.conf"), 0666), 0);
	ck_assert_int_eq(get("open", &p), APAM_E_TRUST);
	ck_assert_ptr_null(p);
}
END_TEST

START_TEST(a_path_fits_or_is_none)
{
	const char *dir = project.ctx->env.settings->profile_dir;
	char to[512];
	size_t n = strlen(dir) + strlen("/zero.conf");

	ck_assert(!table_file(project.ctx, "zero", to, n));
	ck_assert(table_file(project.ctx, "zero", to, n + 1));
	ck_assert_str_eq(to, project_path(&project, "apam.d/zero.conf"));
}
END_TEST

START_TEST(freeing_nothing_is_fine)
{
	struct apam_profile *none = NULL;

	table_free_profile(&none);
	ck_assert_ptr_null(none);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("profiles");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, a_name_that_is_none, 0, ROWS(no_profiles));
	tcase_add_test(t, a_success_clears_the_error);
	tcase_add_loop_test(t, a_profile_stays_the_same, 0, ROWS(orders));
	tcase_add_test(t, a_broken_profile_is_read_again);
	tcase_add_test(t, a_file_that_others_write_is_no_profile);
	tcase_add_test(t, a_path_fits_or_is_none);
	tcase_add_test(t, freeing_nothing_is_fine);
	suite_add_tcase(s, t);
	return run_suite(s);
}
