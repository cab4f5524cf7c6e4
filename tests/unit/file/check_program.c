/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/program.c, of what check_secret_exec.c does not come to.
 */
#include "file/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/run.h"

static struct program p = PROGRAM_NONE;
static char *sleeping[] = { (char[]){ "/bin/sleep" }, (char[]){ "600" }, NULL };
static char *failing[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" },
	(char[]){ "exit 7" }, NULL };
static char *missing[] = { (char[]){ "/nonexistent/program" }, NULL };

static void
start(char *const argv[])
{
	const int out = open("/dev/null", O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(out, 0);
	ck_assert(program_start(&p, argv, out));
	ck_assert_int_eq(close(out), 0);
}

static enum program_state
await(int *how)
{
	enum program_state state;

	while ((state = program_look(&p, how)) == PROGRAM_RUNS)
		clock_sleep(1);
	return state;
}

START_TEST(its_end_is_told_once)
{
	int how = 0;

	start(failing);
	ck_assert_int_eq(await(&how), PROGRAM_ENDED);
	ck_assert(WIFEXITED(how));
	ck_assert_int_eq(WEXITSTATUS(how), 7);
	ck_assert_int_eq(program_look(&p, &how), PROGRAM_LOST);
	ck_assert(!program_kill(&p));
}
END_TEST

START_TEST(one_that_runs_is_killed)
{
	int how = 0;

	start(sleeping);
	ck_assert_int_eq(program_look(&p, &how), PROGRAM_RUNS);
	ck_assert(program_kill(&p));
	ck_assert_int_eq(await(&how), PROGRAM_ENDED);
	ck_assert(WIFSIGNALED(how));
	ck_assert_int_eq(WTERMSIG(how), SIGKILL);
}
END_TEST

START_TEST(what_is_not_there_does_not_start)
{
	int how = 0;

	ck_assert(!program_start(&p, missing, STDOUT_FILENO));
	ck_assert_int_eq(program_look(&p, &how), PROGRAM_LOST);
	ck_assert(!program_kill(&p));
	program_leave(&p);
}
END_TEST

START_TEST(one_that_is_left_runs_on)
{
	int how = 0;
	pid_t pid;

	start(sleeping);
	pid = p.pid;
	program_leave(&p);
	ck_assert_int_eq(program_look(&p, &how), PROGRAM_LOST);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &how, 0), pid);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("program");
	TCase *tests = tcase_create("program");

	tcase_add_test(tests, its_end_is_told_once);
	tcase_add_test(tests, one_that_runs_is_killed);
	tcase_add_test(tests, what_is_not_there_does_not_start);
	tcase_add_test(tests, one_that_is_left_runs_on);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
