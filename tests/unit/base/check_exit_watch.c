/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/exit_watch.c, in children that end by exit(): the action
 * comes before the handlers of what was set up before.
 */
#include "base/exit_watch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"

/* What the child writes, in the order of its handlers. */
static int out;

static void
write_library(void)
{
	(void)!write(out, "library ", 8);
}

static void
write_action(void)
{
	(void)!write(out, "action ", 7);
}

static const struct {
	const char *name;
	bool action;
	int libraries; /* that are set up, one after the other */
	const char *text;
} rows[] = {
	{ "no action", false, 1, "library " },
	{ "no library", true, 0, "" },
	{ "one", true, 1, "action library " },
	{ "two", true, 2, "action library action library " },
};

static void
end(int i)
{
	if (rows[i].action)
		exit_watch_action(write_action);
	for (int n = 0; n < rows[i].libraries; n++) {
		(void)atexit(write_library);
		exit_watch();
	}
	exit(0);
}

START_TEST(the_action_comes_first)
{
	char text[64] = "";
	size_t n = 0;
	ssize_t got;
	int ends[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		out = ends[1];
		end(_i);
	}
	(void)close(ends[1]);
	while ((got = read(ends[0], text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	(void)close(ends[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	ck_assert_msg(
	    strcmp(text, rows[_i].text) == 0, "%s: %s", rows[_i].name, text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("exit_watch");
	TCase *tc = tcase_create("exit_watch");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, the_action_comes_first, 0, ROWS(rows));
	return run_suite(suite);
}
