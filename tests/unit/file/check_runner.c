/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/runner.c: programs of secrets run as they do in
 * check_secret_exec.c, whose tests are here once more, when a helper starts
 * them; and they end with whom the helper helps.
 */
int main_of_secret_exec(void);
#define main main_of_secret_exec
#include "unit/file/check_secret_exec.c"
#undef main

#include "file/runner.h"
#include "support/no_malloc.h"

static void
setup_runner(void)
{
	setup();
	open_host();
	ck_assert(runner_start());
	ck_assert(runner_is_there());
}

/* Not a helper that runs nothing for ever. */
START_TEST(without_memory_there_is_no_helper)
{
	bool started;

	no_malloc = true;
	started = runner_start();
	no_malloc = false;
	ck_assert(!started);
	ck_assert(!runner_is_there());
	ck_assert_int_eq(runner_descriptor(), -1);
	ck_assert(runner_has_ended());
}
END_TEST

/* A program with this body, which holds *fd's other end open. */
static void
holding(const char *body, int *fd)
{
	char text[256], fifo[sizeof(p.dir) + 8];

	(void)snprintf(fifo, sizeof(fifo), "%s/fifo", p.dir);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	*fd = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ck_assert_int_ge(*fd, 0);
	(void)snprintf(text, sizeof(text), "exec 5>%s; %s", fifo, body);
	script(text, "");
}

START_TEST(one_that_is_dropped_is_killed)
{
	struct secret_exec *x;
	int fd;

	holding("echo x; sleep 90 & sleep 90", &fd);
	x = start(TIME_MS);
	secret_exec_wait(x);
	secret_exec_free(&x);
	ck_assert_all_ended(fd);
	(void)close(fd);
}
END_TEST

/* As of one that is this process's own child. */
START_TEST(what_it_leaves_behind_runs_on)
{
	struct pollfd pfd = { .events = POLLIN };
	char text[16] = "";
	int fd;

	holding("(sleep 0.3; echo alive >&5) >&- & echo x", &fd);
	ck_assert_msg(run(TIME_MS) == APAM_OK, "%s", err.text);
	pfd.fd = fd;
	ck_assert_int_eq(poll(&pfd, 1, 60000), 1);
	ck_assert_int_gt(read(fd, text, sizeof(text) - 1), 0);
	ck_assert_str_eq(text, "alive\n");
	ck_assert_all_ended(fd);
	(void)close(fd);
}
END_TEST

/* The process that starts the program is not this one. */
START_TEST(its_parent_is_another)
{
	char text[64];

	(void)snprintf(
	    text, sizeof(text), "test $PPID != %ld && echo x", (long)getpid());
	script(text, "");
	ck_assert_msg(run(TIME_MS) == APAM_OK, "%s", err.text);
}
END_TEST

/* It is in no child: that would speak for its parent. */
START_TEST(a_child_of_a_fork_has_none)
{
	int how = 0;
	const pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(runner_is_there());
	ck_assert_int_eq(waitpid(pid, &how, 0), pid);
	ck_assert_int_eq(how, 0);
}
END_TEST

/* Starts a program that holds `fifo` open, and waits to be killed. */
static void
start_and_wait(int told)
{
	struct secret_exec *x;

	if (!runner_start())
		_exit(1);
	x = secret_exec_start(apam_str(command), true, 600 * 1000, &err);
	secret_exec_wait(x);
	if (secret_exec_go_on(x, &out, &err) != APAM_E_PENDING || out.n == 0)
		_exit(1);
	if (write(told, "x", 1) != 1)
		_exit(1);
	for (;;)
		(void)pause();
}

START_TEST(programs_end_with_it)
{
	int pipe_ends[2], fd;
	char byte;
	pid_t pid;

	holding("echo x; sleep 90 & sleep 90", &fd);
	ck_assert_int_eq(pipe(pipe_ends), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		start_and_wait(pipe_ends[1]);
	(void)close(pipe_ends[1]);
	ck_assert_int_eq(read(pipe_ends[0], &byte, 1), 1);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_all_ended(fd);
	(void)close(fd);
	(void)close(pipe_ends[0]);
}
END_TEST

/* Such as a socket that a service manager passed. */
START_TEST(the_helper_has_no_descriptor_of_its_parents)
{
	char byte;
	int pipes[2];

	script("echo x", "");
	ck_assert_int_eq(pipe(pipes), 0);
	ck_assert(runner_start());
	(void)close(pipes[1]);
	/* It would wait for all who can still write. */
	ck_assert_int_eq((int)read(pipes[0], &byte, 1), 0);
	(void)close(pipes[0]);
	ck_assert_msg(run(TIME_MS) == APAM_OK, "%s", err.text);
}
END_TEST

/* More than a request has room for. */
START_TEST(a_command_line_can_be_too_long)
{
	static char longest[70000];
	char *const argv[] = { longest, NULL };

	memset(longest, 'a', sizeof(longest) - 1);
	ck_assert_int_eq(runner_run(argv, STDOUT_FILENO), -1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("runner");
	TCase *tc = tcase_create("runner"), *none = tcase_create("none");

	suite_add_tcase(suite, none);
	tcase_add_test(none, without_memory_there_is_no_helper);
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup_runner, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(
	    tc, a_command_line_is_split_at_spaces, 0, ROWS(splits));
	tcase_add_test(tc, arguments_have_a_limit);
	tcase_add_loop_test(tc, a_program_is_given_little, 0, ROWS(given));
	tcase_add_test(tc, bytes_are_not_changed);
	tcase_add_loop_test(
	    tc, a_program_that_fails_gives_nothing, 0, ROWS(ends));
	tcase_add_test(tc, output_may_fill_the_buffer);
	tcase_add_loop_test(tc, a_program_has_a_deadline, 0, ROWS(slow));
	tcase_add_test(tc, a_look_at_it_does_not_wait);
	tcase_add_test(tc, one_that_is_dropped_is_killed);
	tcase_add_test(tc, what_it_leaves_behind_runs_on);
	tcase_add_test(tc, a_child_of_a_fork_leaves_it_alone);
	tcase_add_test(tc, what_the_host_opens_is_not_read);
	tcase_add_test(tc, its_parent_is_another);
	tcase_add_test(tc, a_child_of_a_fork_has_none);
	tcase_add_test(tc, programs_end_with_it);
	tcase_add_test(tc, the_helper_has_no_descriptor_of_its_parents);
	tcase_add_test(tc, a_command_line_can_be_too_long);
	/* As in check_secret_exec.c. */
	return run_suite_apart(suite);
}
