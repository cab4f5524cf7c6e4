/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/lib/child_output.c: what a program prints is read, how it
 * ended is known, and nothing is left where it cannot be begun.
 */
#include "lib/child_output.c"

#include <string.h>
#include <sys/resource.h>

#include "support/run.h"

static char script[] = "echo one; echo two >&2; exit 7";
static char *const says[] = { (char[]){ "sh" }, (char[]){ "-c" }, script,
	NULL };

/* The lowest descriptor that is free. */
static int
vacant(void)
{
	const int fd = dup(STDIN_FILENO);

	ck_assert_int_ge(fd, 0);
	(void)close(fd);
	return fd;
}

static void
reads(bool quiet, const char *want)
{
	const int before = vacant();
	char text[32] = "";
	pid_t pid = -1;
	FILE *from = child_output("/bin/sh", says, quiet, &pid);
	int how;

	ck_assert_ptr_nonnull(from);
	ck_assert_uint_eq(fread(text, 1, sizeof(text) - 1, from), strlen(want));
	ck_assert_str_eq(text, want);
	(void)fclose(from);
	how = child_wait(pid);
	ck_assert(WIFEXITED(how));
	ck_assert_int_eq(WEXITSTATUS(how), 7);
	ck_assert_int_eq(vacant(), before);
}

START_TEST(what_it_prints_is_read)
{
	reads(true, "one\n");
	reads(false, "one\n");
}
END_TEST

START_TEST(what_is_not_there_leaves_nothing)
{
	const int before = vacant();
	pid_t pid = -1;

	errno = 0;
	ck_assert_ptr_null(child_output("/nowhere", says, true, &pid));
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(vacant(), before);
	ck_assert_int_eq(child_wait(pid), -1);
}
END_TEST

/* Room for one end of the pipe alone. */
START_TEST(without_descriptors_it_is_not_begun)
{
	const int before = vacant();
	struct rlimit few, most;
	pid_t pid = -1;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &most), 0);
	few = most;
	few.rlim_cur = (rlim_t)before + 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	ck_assert_ptr_null(child_output("/bin/sh", says, true, &pid));
	ck_assert_int_eq(errno, EMFILE);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &most), 0);
	ck_assert_int_eq(vacant(), before);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("child_output");
	TCase *tc = tcase_create("child_output");

	tcase_add_test(tc, what_it_prints_is_read);
	tcase_add_test(tc, what_is_not_there_leaves_nothing);
	tcase_add_test(tc, without_descriptors_it_is_not_begun);
	suite_add_tcase(s, tc);
	return run_suite(s);
}
