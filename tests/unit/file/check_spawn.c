/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/spawn.c, of what check_secret_exec.c does not come to.
 */
#include "file/spawn.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"

/* A variable that is too long, or "". */
static const struct {
	const char *home;
	size_t length;
	const char *shown;
} homes[] = {
	{ "/home/fake", 10, "/home/fake\n" },
	{ NULL, 594, NULL },
	{ NULL, 595, "/\n" },
};

START_TEST(a_variable_has_a_limit)
{
	char *argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" },
		(char[]){ "echo $HOME" }, NULL };
	char home[600] = "/", shown[700] = "";
	int ends[2], how = 0;
	ssize_t n;
	pid_t pid;

	memset(home + 1, 'a', homes[_i].length - 1);
	ck_assert_int_eq(
	    setenv("HOME", homes[_i].home == NULL ? home : homes[_i].home, 1),
	    0);
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert(spawn_program(argv, ends[1], &pid));
	ck_assert_int_eq(waitpid(pid, &how, 0), pid);
	ck_assert_int_eq(how, 0);
	n = read(ends[0], shown, sizeof(shown) - 1);
	ck_assert_int_gt(n, 0);
	if (homes[_i].shown != NULL)
		ck_assert_str_eq(shown, homes[_i].shown);
	else
		ck_assert_int_eq(n, 595);
	(void)close(ends[0]);
	(void)close(ends[1]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("spawn");
	TCase *tests = tcase_create("spawn");

	tcase_add_loop_test(tests, a_variable_has_a_limit, 0, ROWS(homes));
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
