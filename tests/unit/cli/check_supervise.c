/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/gateway/supervise.c, with a shell in nginx's place: signals
 * reach it, changed files are told once they have settled, and it ends with the
 * process that runs it.
 */
#include "gateway/supervise.c"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "support/run.h"

#define TEMPLATE "/tmp/apam-supervise-XXXXXX"

static char dir[sizeof(TEMPLATE)];
static char ready[64], heard[64], watched[64], told[64];

void
complain(const char *format, ...)
{
	(void)format;
}

static void
setup(void)
{
	memcpy(dir, TEMPLATE, sizeof(TEMPLATE));
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(ready, sizeof(ready), "%s/ready", dir);
	snprintf(heard, sizeof(heard), "%s/heard", dir);
	snprintf(watched, sizeof(watched), "%s/watched", dir);
	snprintf(told, sizeof(told), "%s/told", dir);
	ck_assert_int_eq(mkdir(watched, 0700), 0);
}

static void
teardown(void)
{
	char file[80];

	snprintf(file, sizeof(file), "%s/new", watched);
	(void)unlink(file);
	(void)unlink(ready);
	(void)unlink(heard);
	(void)unlink(told);
	(void)rmdir(watched);
	(void)rmdir(dir);
}

/* Add a letter to a file. */
static void
note(const char *path, char letter)
{
	const int fd = open(
	    path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, &letter, 1), 1);
	(void)close(fd);
}

/* Wait until a file's text is this; run_suite ends what takes too long. */
static void
until(const char *path, const char *text)
{
	char got[64];
	ssize_t n;
	int fd;

	do {
		(void)usleep(2000);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		n = fd < 0 ? 0 : read(fd, got, sizeof(got) - 1);
		if (fd >= 0)
			(void)close(fd);
		got[n < 0 ? 0 : n] = '\0';
	} while (strcmp(got, text) != 0);
}

static bool
changed(void *arg, bool asked)
{
	(void)arg;
	note(told, asked ? 'A' : 'C');
	return true;
}

/* It notes each signal; TERM ends it. */
static const char script[] = "trap 'printf H >>\"$0/heard\"' HUP\n"
			     "trap 'printf U >>\"$0/heard\"' USR1\n"
			     "trap 'printf T >>\"$0/heard\"; exit 7' TERM\n"
			     "printf R >\"$0/ready\"\n"
			     "while :; do sleep 0.01; done\n";

static int
run_script(const char *text)
{
	char sh[] = "/bin/sh", c[] = "-c", code[512];
	char *const argv[] = { sh, c, code, dir, NULL };
	const struct supervised s = { .argv = argv,
		.ready = ready,
		.directory = watched,
		.changed = changed };

	snprintf(code, sizeof(code), "%s", text);
	return supervise(&s);
}

static pid_t
start_script(void)
{
	const pid_t pid = fork();

	if (pid == 0)
		_exit(run_script(script));
	ck_assert_int_gt(pid, 0);
	until(ready, "R");
	return pid;
}

static int
code_of(pid_t pid)
{
	int how = -1;

	ck_assert_int_eq(waitpid(pid, &how, 0), pid);
	return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

START_TEST(its_status_is_that_of_nginx)
{
	ck_assert_int_eq(run_script("exit 0"), 0);
	ck_assert_int_eq(run_script("exit 3"), 3);
	ck_assert_int_eq(run_script("kill -KILL $$"), 128 + SIGKILL);
}
END_TEST

START_TEST(signals_are_passed_on)
{
	const pid_t pid = start_script();

	(void)kill(pid, SIGUSR1);
	until(heard, "U");
	(void)kill(pid, SIGHUP);
	until(heard, "UH");
	until(told, "A");
	(void)kill(pid, SIGTERM);
	ck_assert_int_eq(code_of(pid), 7);
	until(heard, "UHT");
}
END_TEST

START_TEST(several_changes_are_told_once)
{
	const pid_t pid = start_script();
	char file[80];

	snprintf(file, sizeof(file), "%s/new", watched);
	/* It sees both at once, however slow this is. */
	(void)kill(pid, SIGSTOP);
	ck_assert_int_eq(waitpid(pid, NULL, WUNTRACED), pid);
	note(file, 'x');
	note(file, 'y');
	(void)kill(pid, SIGCONT);
	until(told, "C");
	until(heard, "H");
	(void)kill(pid, SIGTERM);
	ck_assert_int_eq(code_of(pid), 7);
	until(told, "C");
}
END_TEST

/* A signal would end it before it has set up what it does with one. */
START_TEST(it_is_told_nothing_before_it_is_ready)
{
	const pid_t pid = fork();

	char go[80];

	if (pid == 0)
		_exit(run_script("printf S >\"$0/heard\"; "
				 "until [ -e \"$0/watched/go\" ]; do "
				 "sleep 0.01; done; trap 'exit 9' HUP; "
				 "printf R >\"$0/ready\"; "
				 "while :; do sleep 0.01; done"));
	until(heard, "S");
	(void)kill(pid, SIGHUP);
	(void)usleep(2 * SETTLE_MS * 1000);
	ck_assert_int_ne(access(told, F_OK), 0);
	snprintf(go, sizeof(go), "%s/go", watched);
	note(go, 'g');
	ck_assert_int_eq(code_of(pid), 9);
	until(told, "A");
	(void)unlink(go);
}
END_TEST

START_TEST(what_cannot_be_run_is_an_error)
{
	char none[] = "/nonexistent/nginx";
	char *const argv[] = { none, NULL };
	const struct supervised s = { .argv = argv, .ready = ready };

	ck_assert_int_eq(supervise(&s), STATUS_CONFIG);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("supervise");
	TCase *tc = tcase_create("supervise");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, its_status_is_that_of_nginx);
	tcase_add_test(tc, signals_are_passed_on);
	tcase_add_test(tc, several_changes_are_told_once);
	tcase_add_test(tc, it_is_told_nothing_before_it_is_ready);
	tcase_add_test(tc, what_cannot_be_run_is_an_error);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
