/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/lint_origins.c by apam_lint: which origins are alike, whom
 * the warning is about, and that it makes no error of a configuration that
 * works.
 */
#include <apam/admin.h>

#include "support/project.h"
#include "support/run.h"

static struct project project;

/* What was told, a line each: "FILE:LINE TEXT" with files from apam.d/. */
static char seen[8192];

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "return-test", true);
	seen[0] = '\0';
}

static void
teardown(void)
{
	project_remove(&project);
}

static bool
note(void *arg, const struct apam_error *problem)
{
	const char *slash = strrchr(problem->file, '/');
	size_t n = strlen(seen);

	(void)arg;
	ck_assert_int_eq(problem->status, APAM_OK);
	ck_assert_ptr_nonnull(slash);
	(void)snprintf(seen + n, sizeof(seen) - n, "%s:%u %s\n", slash + 1,
	    problem->line, problem->text);
	return true;
}

static void
lint(void)
{
	const struct apam_open_options options = { .size = sizeof(options),
		.config = project_path(&project, "apam.conf"),
		.flags = APAM_OPEN_USER };
	const struct apam_lint_to to = { .size = sizeof(to), .problem = note };
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_int_eq(apam_lint(&options, NULL, &to, &err), APAM_OK);
	ck_assert_int_eq(err.status, APAM_OK);
}

/* `origins` in lines of their own, so that each has a number from 2. */
static void
profile(const char *name, const char *origins)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "origins = [\n%s ];\nallow_http = true;\n"
	    "auth = ( { scheme = \"return-test\"; } );\n",
	    origins);
	project_profile(&project, name, text);
}

static const struct {
	const char *name, *a, *b;
	const char *told; /* how the line of b begins; NULL: nothing */
} pairs[] = {
	{ "the same text", "\"https://api.example\"", "\"https://api.example\"",
	    "b.conf:2 origins: profile a claims this origin" },
	{ "the default port, case and a slash", "\"https://api.example\"",
	    "\"https://x.example\",\n\"https://API.example:443/\"",
	    "b.conf:3 origins: profile a " },
	{ "below it", "\"https://api.example\"", "\"https://api.example/v1\"",
	    NULL },
	{ "a path in common", "\"https://api.example/v1\"",
	    "\"https://api.example/v1\"", "b.conf:2 " },
	{ "a slash at the end of a path", "\"https://api.example/v1\"",
	    "\"https://api.example/v1/\"", NULL },
	{ "another port", "\"https://api.example\"",
	    "\"https://api.example:444\"", NULL },
	{ "another scheme", "\"http://127.0.0.1:443\"", "\"https://127.0.0.1\"",
	    NULL },
};

START_TEST(two_that_are_alike)
{
	profile("a", pairs[_i].a);
	profile("b", pairs[_i].b);
	lint();
	if (pairs[_i].told == NULL)
		ck_assert_msg(seen[0] == '\0', "%s: %s", pairs[_i].name, seen);
	else
		ck_assert_msg(
		    strncmp(seen, pairs[_i].told, strlen(pairs[_i].told)) == 0,
		    "%s: %s", pairs[_i].name, seen);
}
END_TEST

/* Each after the first is told of the first, in the order of the origins. */
START_TEST(three_that_are_alike)
{
	profile("c", "\"https://z.example\",\n\"https://y.example\"");
	profile("b", "\"https://z.example\"");
	profile("a", "\"https://z.example\",\n\"https://y.example\"");
	lint();
	ck_assert_ptr_nonnull(strstr(seen, "c.conf:3 origins: profile a "));
	ck_assert_ptr_nonnull(strstr(seen, "b.conf:2 origins: profile a "));
	ck_assert_ptr_nonnull(strstr(seen, "c.conf:2 origins: profile a "));
	ck_assert_ptr_null(strstr(seen, "a.conf"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("lint_origins");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, two_that_are_alike, 0, ROWS(pairs));
	tcase_add_test(t, three_that_are_alike);
	suite_add_tcase(s, t);
	return run_suite(s);
}
