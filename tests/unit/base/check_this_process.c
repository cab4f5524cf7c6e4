/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/this_process.c: copies of this very program under other
 * names, which print what they think that they are called.
 */
#include "base/this_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/run.h"

#define TENS "aaaaaaaaaa"
#define SIXTY TENS TENS TENS TENS TENS TENS

static const struct {
	const char *file, *is;
	const char *then; /* done while it runs, before it looks */
} rows[] = {
	{ "short", "short", ":" },
	{ "with space (deleted", "with space (deleted", ":" },
	{ "gone", "gone", "rm -f" },
	{ SIXTY "1234", SIXTY "1234", ":" },
	{ SIXTY "12345", SIXTY "1234", ":" },
};

START_TEST(it_is_the_files_name)
{
	char base[] = "/tmp/apam-program-XXXXXX";
	char command[1024], got[256] = "";
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(base));
	(void)snprintf(command, sizeof(command),
	    "cp /proc/%ld/exe '%s/%s' && '%s/%s' '%s' '%s/%s'; rm -rf '%s'",
	    (long)getpid(), base, rows[_i].file, base, rows[_i].file,
	    rows[_i].then, base, rows[_i].file, base);
	f = popen(command, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(fgets(got, sizeof(got), f));
	(void)pclose(f);
	ck_assert_str_eq(got, rows[_i].is);
}
END_TEST

/* As a copy: do to the file what the row says, and print the name. */
static int
run_copy(char **argv)
{
	char command[1024], name[PROGRAM_NAME_SIZE];

	(void)snprintf(command, sizeof(command), "%s '%s'", argv[1], argv[2]);
	if (system(command) != 0)
		return 1;
	program_name(name);
	(void)fputs(name, stdout);
	return 0;
}

int
main(int argc, char **argv)
{
	Suite *suite;
	TCase *tc;

	if (argc == 3)
		return run_copy(argv);
	suite = suite_create("program");
	tc = tcase_create("program");
	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, it_is_the_files_name, 0, ROWS(rows));
	return run_suite(suite);
}
