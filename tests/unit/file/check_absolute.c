/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/absolute.c: a path from where one stands, whose folder is
 * resolved and whose own name is not.
 */
#include "file/absolute.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/run.h"

static char dir[] = "/tmp/apam-test-XXXXXX";

static void
setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	ck_assert_int_eq(symlink(".", "here"), 0);
	ck_assert_int_eq(symlink("nowhere", "link"), 0);
}

static void
teardown(void)
{
	ck_assert_int_eq(unlink("here"), 0);
	ck_assert_int_eq(unlink("link"), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

static const struct {
	const char *path;
	const char *absolute; /* below `dir`; NULL: there is no such folder */
} paths[] = { { "a", "/a" }, { "./a", "/a" }, { "here/a", "/a" },
	{ "link", "/link" }, { "here/link", "/link" }, { "no/a", NULL },
	{ "link/a", NULL } };

START_TEST(a_path_from_here)
{
	char *path = path_absolute(paths[_i].path);
	char whole[128];

	(void)snprintf(whole, sizeof(whole), "%s%s", dir,
	    paths[_i].absolute == NULL ? "" : paths[_i].absolute);
	if (paths[_i].absolute == NULL)
		ck_assert_ptr_null(path);
	else
		ck_assert_str_eq(path, whole);
	free(path);
}
END_TEST

START_TEST(the_root_has_one_slash)
{
	char *path = path_absolute("/etc");

	ck_assert_str_eq(path, "/etc");
	free(path);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("absolute");
	TCase *tc = tcase_create("absolute");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_path_from_here, 0, ROWS(paths));
	tcase_add_test(tc, the_root_has_one_slash);
	/* A test changes the current directory. */
	return run_suite_apart(suite);
}
