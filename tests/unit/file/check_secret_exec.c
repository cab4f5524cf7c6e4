/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/file/secret_exec.c on real programs, which are shell scripts:
 * what they are given, how they may end, and that none outlives its time.
 */
#define _GNU_SOURCE /* setresuid */
#include "file/secret_exec.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secmem.h"
#include "base/str.h"
#include "support/fork_meanwhile.h"
#include "support/project.h"
#include "support/run.h"

#define FAKE "s3cret-FAKE"
#define OUTPUT_MAX 256
#define TIME_MS 30000
#define SLEEP_MS 8000 /* of one that cannot be ended */
#define OTHER_ID 65534

static struct project p;
static struct buf out;
static struct apam_error err = APAM_ERROR_INIT;
static char command[1024];
static int live;

static void
setup(void)
{
	project_make(&p);
	live = secmem_live();
	buf_init(&out, OUTPUT_MAX);
}

static void
teardown(void)
{
	buf_free(&out);
	ck_assert_int_eq(secmem_live(), live);
	project_remove(&p);
}

/* Make a program; `command` is its path and the arguments. */
static void
program(const char *name, mode_t mode, const char *text, const char *arguments)
{
	project_write(&p, name, text);
	ck_assert_int_eq(chmod(p.path, mode), 0);
	(void)snprintf(command, sizeof(command), "%s%s", p.path, arguments);
}

static void
script(const char *body, const char *arguments)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", body);
	program("program", 0755, text, arguments);
}

static enum apam_status
run(int timeout_ms)
{
	err = (struct apam_error)APAM_ERROR_INIT;
	return secret_exec(apam_str(command), true, timeout_ms, &out, &err);
}

/* Expect a status, a piece of its text, and nothing of the secret. */
static void
refused(enum apam_status status, int timeout_ms, const char *text)
{
	ck_assert_msg(run(timeout_ms) == status, "%s: %s: %s", command,
	    apam_status_name(err.status), err.text);
	ck_assert_msg(
	    strstr(err.text, text) != NULL, "%s: %s", command, err.text);
	ck_assert_ptr_null(strstr(err.text, FAKE));
	ck_assert_uint_eq(out.n, 0);
	ck_assert_int_eq(secmem_live(), live);
}

/* ---- Command lines ---------------------------------------------------- */

static const struct {
	const char *name, *arguments, *output;
} splits[] = {
	{ "none", "", "0" },
	{ "spaces behind", "   ", "0" },
	{ "many spaces", "  a   b ", "2<a><b>" },
	{ "a tab is not a space", " a\tb", "1<a\tb>" },
	{ "no quotes", " \"a b\" 'c'", "3<\"a><b\"><'c'>" },
	{ "no shell", " $HOME;`id`|x * a>b", "3<$HOME;`id`|x><*><a>b>" },
	{ "a backslash", " a\\ b", "2<a\\><b>" },
	{ "an option", " -x --y=" FAKE, "2<-x><--y=" FAKE ">" },
};

START_TEST(a_command_line_is_split_at_spaces)
{
	script("printf %s $#; for a; do printf '<%s>' \"$a\"; done",
	    splits[_i].arguments);
	ck_assert_msg(
	    run(TIME_MS) == APAM_OK, "%s: %s", splits[_i].name, err.text);
	ck_assert_msg(strcmp(buf_view(&out).p, splits[_i].output) == 0,
	    "%s: %s", splits[_i].name, buf_view(&out).p);
}
END_TEST

START_TEST(a_command_line_names_a_program)
{
	command[0] = '\0';
	refused(APAM_E_CONFIG, TIME_MS, "names no program");
	(void)strcpy(command, "   ");
	refused(APAM_E_CONFIG, TIME_MS, "names no program");
	(void)strcpy(command, "sh -c true");
	refused(APAM_E_CONFIG, TIME_MS, "absolute");
}
END_TEST

START_TEST(arguments_have_a_limit)
{
	char many[2 * SECRET_EXEC_ARGS_MAX + 1] = "";

	for (size_t i = 0; i < SECRET_EXEC_ARGS_MAX - 1; i++)
		(void)strcpy(many + 2 * i, " x");
	script("echo $#", many);
	ck_assert_int_eq(run(TIME_MS), APAM_OK);
	ck_assert_str_eq(buf_view(&out).p, "31\n");
	buf_free(&out);
	(void)strcat(many, " x");
	script("echo $#", many);
	refused(APAM_E_CONFIG, TIME_MS, "more than 31 arguments");
}
END_TEST

START_TEST(a_program_is_trusted)
{
	program("x", 0777, "#!/bin/sh\n", "");
	refused(APAM_E_TRUST, TIME_MS, "chmod go-w");
	program("x", 0644, "#!/bin/sh\n", "");
	refused(APAM_E_CONFIG, TIME_MS, "chmod +x");
	program("x", 0755,
	    "\x7f"
	    "ELF",
	    " --password=" FAKE);
	refused(APAM_E_SECRET, TIME_MS, "x cannot be started");
	(void)strcpy(command, "/nowhere/x --password=" FAKE);
	refused(APAM_E_CONFIG, TIME_MS, "/nowhere does not exist");
	(void)strcpy(command, "/tmp");
	refused(APAM_E_CONFIG, TIME_MS, "/tmp");
}
END_TEST

/* ---- What a program is given ------------------------------------------ */

static const struct {
	const char *name, *body, *output;
} given[] = {
	{ "nothing to read", "cat; echo x", "x\n" },
	{ "no standard error", "echo " FAKE " >&2; echo x", "x\n" },
	{ "three variables", "env -u PWD -u OLDPWD -u _ -u SHLVL | sort",
	    "HOME=/home/fake\nLANG=xx\nPATH=/usr/local/sbin:/usr/local/bin:"
	    "/usr/sbin:/usr/bin:/sbin:/bin\n" },
	/* The fourth is what ls itself has opened. */
	{ "no descriptors", "ls /proc/self/fd | tr -d '\\n'", "0123" },
	{ "no blocked signals", "grep SigBlk /proc/self/status | cut -f 2",
	    "0000000000000000\n" },
	{ "a group of its own", "test $(ps -o pgid= $$) = $$ && echo x",
	    "x\n" },
	{ "all bytes", "printf 'a\\0b\\377\\n\\n'", "a" },
};

static void
open_host(void)
{
	sigset_t one;

	ck_assert_int_ge(open("/dev/null", O_RDONLY), 0);
	ck_assert_int_eq(setenv("APAM_TEST_LEAK", FAKE, 1), 0);
	ck_assert_int_eq(setenv("HOME", "/home/fake", 1), 0);
	ck_assert_int_eq(setenv("LANG", "xx", 1), 0);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&one);
	(void)sigaddset(&one, SIGUSR1);
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, &one, NULL), 0);
}

START_TEST(a_program_is_given_little)
{
	open_host();
	script(given[_i].body, "");
	ck_assert_msg(
	    run(TIME_MS) == APAM_OK, "%s: %s", given[_i].name, err.text);
	ck_assert_msg(strcmp(buf_view(&out).p, given[_i].output) == 0, "%s: %s",
	    given[_i].name, buf_view(&out).p);
}
END_TEST

START_TEST(bytes_are_not_changed)
{
	script("printf 'a\\0b\\377\\n\\n'", "");
	ck_assert_int_eq(run(TIME_MS), APAM_OK);
	ck_assert(str_equal(buf_view(&out), APAM_STR("a\0b\xff\n\n")));
}
END_TEST

START_TEST(variables_have_defaults)
{
	char huge[1000];

	memset(huge, 'x', sizeof(huge));
	huge[sizeof(huge) - 1] = '\0';
	ck_assert_int_eq(unsetenv("HOME"), 0);
	ck_assert_int_eq(setenv("LANG", huge, 1), 0);
	script("echo $HOME $LANG", "");
	ck_assert_int_eq(run(TIME_MS), APAM_OK);
	ck_assert_str_eq(buf_view(&out).p, "/ C\n");
}
END_TEST

/* ---- How a program ends ----------------------------------------------- */

static const struct {
	const char *body, *text;
} ends[] = {
	{ "exit 1", "program ended with exit status 1" },
	{ "echo " FAKE "; exit 255", "exit status 255" },
	{ "echo " FAKE "; kill -TERM $$", "program was ended by signal 15" },
	{ "kill -KILL $$", "signal 9" },
	{ "kill -PIPE $$; echo x", "signal 13" }, /* the host ignores it */
	{ "exec >&-; exit 3", "exit status 3" },
	{ "head -c 257 /dev/zero", "program writes more than 256 bytes" },
	{ "cat /dev/zero", "more than 256 bytes" },
};

START_TEST(a_program_that_fails_gives_nothing)
{
	open_host();
	script(ends[_i].body, " --password=" FAKE);
	refused(APAM_E_SECRET, TIME_MS, ends[_i].text);
}
END_TEST

START_TEST(output_may_fill_the_buffer)
{
	script("head -c 256 /dev/zero", "");
	ck_assert_msg(run(TIME_MS) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(out.n, OUTPUT_MAX);
	buf_free(&out);
	script("true", "");
	ck_assert_msg(run(TIME_MS) == APAM_OK, "%s", err.text);
	ck_assert_uint_eq(out.n, 0);
}
END_TEST

START_TEST(memory_may_be_short)
{
	script("echo " FAKE, "");
	secmem_fail_after(0);
	ck_assert_int_eq(run(TIME_MS), APAM_E_MEMORY);
	secmem_fail_after(-1);
	ck_assert_uint_eq(out.n, 0);
}
END_TEST

/* A descriptor below 3 for the pipe would be closed again in the child. */
START_TEST(closed_standard_descriptors_do_no_harm)
{
	int saved[3];
	enum apam_status status;

	script("cat; echo x", "");
	for (int fd = 0; fd < 3; fd++) {
		saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
		(void)close(fd);
	}
	status = run(TIME_MS);
	for (int fd = 0; fd < 3; fd++) {
		(void)dup2(saved[fd], fd);
		(void)close(saved[fd]);
	}
	ck_assert_msg(status == APAM_OK, "%s", err.text);
	ck_assert_str_eq(buf_view(&out).p, "x\n");
}
END_TEST

START_TEST(a_host_that_ignores_its_children_is_told)
{
	(void)signal(SIGCHLD, SIG_IGN);
	script("echo " FAKE, "");
	refused(APAM_E_SECRET, TIME_MS, "SIGCHLD");
	(void)signal(SIGCHLD, SIG_DFL);
}
END_TEST

/* ---- Its time --------------------------------------------------------- */

static const char *const slow[] = {
	"sleep 60",
	"echo " FAKE "; sleep 60",
	"echo x; exec >&-; sleep 60",
	"sleep 60 & echo x",
	"trap '' TERM INT HUP; while :; do sleep 1; done",
	"while echo x; do sleep 0.05; done",
};

/* It and what it started hold the pipe that is their standard input here. */
static void
ck_assert_all_ended(int pipe_end)
{
	struct pollfd pfd = { .fd = pipe_end, .events = POLLIN };

	ck_assert_msg(poll(&pfd, 1, 45000) == 1 && (pfd.revents & POLLHUP) != 0,
	    "something runs on");
}

START_TEST(a_program_has_a_deadline)
{
	const int64_t before = clock_ms();
	char body[256], fifo[sizeof(p.dir) + 8];
	int64_t took;
	int fd;

	(void)snprintf(fifo, sizeof(fifo), "%s/fifo", p.dir);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	fd = open(fifo, O_RDONLY | O_NONBLOCK);
	ck_assert_int_ge(fd, 0);
	(void)snprintf(body, sizeof(body), "exec 9>%s\n%s", fifo, slow[_i]);
	script(body, " --password=" FAKE);
	refused(APAM_E_SECRET, 500, "program did not finish in 0.5 seconds");
	took = clock_ms() - before;
	ck_assert_msg(took >= 490 && took < 5000, "%s: %lld ms", slow[_i],
	    (long long)took);
	ck_assert_all_ended(fd);
	(void)close(fd);
}
END_TEST

/* In a child, for there is no way back: what can be ended by root alone. */
static int
run_as_another(void)
{
	const int64_t start = clock_ms();
	enum apam_status status;

	if (setresgid(OTHER_ID, OTHER_ID, OTHER_ID) != 0 ||
	    setresuid(OTHER_ID, OTHER_ID, OTHER_ID) != 0)
		return 2;
	status = run(100);
	return status == APAM_E_SECRET && clock_ms() - start < SLEEP_MS / 2 ?
	    0 :
	    1;
}

START_TEST(one_that_became_another_users_has_a_deadline)
{
	char copy[600];
	int how = 0;
	pid_t pid;

	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chmod(project_path(&p, ""), 0755), 0);
	(void)snprintf(copy, sizeof(copy), "cp /usr/bin/setpriv %s",
	    project_path(&p, "become"));
	ck_assert_int_eq(system(copy), 0);
	ck_assert_int_eq(chmod(project_path(&p, "become"), 04755), 0);
	(void)snprintf(command, sizeof(command),
	    "%s --reuid 0 --clear-groups /bin/sleep %d",
	    project_path(&p, "become"), SLEEP_MS / 1000);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(run_as_another());
	ck_assert_int_eq(waitpid(pid, &how, 0), pid);
	ck_assert(WIFEXITED(how));
	ck_assert_int_eq(WEXITSTATUS(how), 0);
}
END_TEST

typedef int spawn_function(pid_t *pid, const char *path,
    const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attributes, char *const argv[],
    char *const environment[]);

/* In place of the C library's, for all of this program. */
int
posix_spawn(pid_t *pid, const char *path,
    const posix_spawn_file_actions_t *actions,
    const posix_spawnattr_t *attributes, char *const argv[],
    char *const environment[])
{
	spawn_function *real = NULL;

	*(void **)&real = dlsym(RTLD_NEXT, "posix_spawn");
	meanwhile_now();
	return real(pid, path, actions, attributes, argv, environment);
}

/* Its copy of the pipe's end would keep the output from ending. */
START_TEST(a_child_of_the_host_does_not_hold_it_up)
{
	script("echo " FAKE, "");
	meanwhile_want();
	ck_assert_msg(run(TIME_MS) == APAM_OK, "%s", err.text);
	meanwhile_forked();
	meanwhile_end();
}
END_TEST

/* ---- One that nobody waits for ------------------------------------------ */

static struct secret_exec *
start(int timeout_ms)
{
	struct secret_exec *x;

	err = (struct apam_error)APAM_ERROR_INIT;
	x = secret_exec_start(apam_str(command), true, timeout_ms, &err);
	ck_assert_msg(x != NULL, "%s", err.text);
	return x;
}

/* No call waits: this one sleeps for a minute. */
START_TEST(a_look_at_it_does_not_wait)
{
	const int64_t before = clock_ms();
	struct secret_exec *x;

	script("echo " FAKE "; sleep 60", "");
	x = start(TIME_MS);
	secret_exec_wait(x);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(
		    secret_exec_go_on(x, &out, &err), APAM_E_PENDING);
	ck_assert_str_eq(buf_view(&out).p, FAKE "\n");
	ck_assert_int_ge(secret_exec_fd(x), 0);
	ck_assert_int_ge(secret_exec_due(x), before + TIME_MS);
	secret_exec_free(&x);
	ck_assert_ptr_null(x);
	secret_exec_free(&x);
	ck_assert_int_lt(clock_ms() - before, TIME_MS);
}
END_TEST

START_TEST(one_that_is_dropped_ends)
{
	char body[256], fifo[sizeof(p.dir) + 8];
	struct secret_exec *x;
	int fd;

	(void)snprintf(fifo, sizeof(fifo), "%s/fifo", p.dir);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	fd = open(fifo, O_RDONLY | O_NONBLOCK);
	ck_assert_int_ge(fd, 0);
	(void)snprintf(body, sizeof(body), "exec 9>%s\necho x\nsleep 60", fifo);
	script(body, "");
	x = start(TIME_MS);
	secret_exec_wait(x);
	secret_exec_free(&x);
	ck_assert_all_ended(fd);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	(void)close(fd);
}
END_TEST

/* Its output is not there yet when the child drops it. */
START_TEST(a_child_of_a_fork_leaves_it_alone)
{
	enum apam_status status = APAM_E_PENDING;
	struct secret_exec *x;
	int how = 0;
	pid_t pid;

	script("sleep 0.3; echo " FAKE, "");
	x = start(TIME_MS);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		secret_exec_free(&x);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &how, 0), pid);
	while (status == APAM_E_PENDING) {
		secret_exec_wait(x);
		status = secret_exec_go_on(x, &out, &err);
	}
	ck_assert_msg(status == APAM_OK, "%s", err.text);
	ck_assert_str_eq(buf_view(&out).p, FAKE "\n");
	secret_exec_free(&x);
}
END_TEST

/* The host has closed it, and opened something else in its place. */
START_TEST(what_the_host_opens_is_not_read)
{
	struct secret_exec *x;
	int host[2], fd;

	script("sleep 60", "");
	x = start(TIME_MS);
	fd = secret_exec_fd(x);
	ck_assert_int_eq(pipe(host), 0);
	ck_assert(secret_exec_is_ours(x));
	ck_assert_int_eq(dup2(host[0], fd), fd);
	ck_assert(!secret_exec_is_ours(x));
	ck_assert_int_eq(write(host[1], "hers", 4), 4);
	while (secret_exec_go_on(x, &out, &err) == APAM_E_PENDING)
		clock_sleep(1);
	ck_assert_int_eq(err.status, APAM_E_SECRET);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot be read"));
	ck_assert_uint_eq(out.n, 0);
	secret_exec_free(&x);
	ck_assert_int_eq(read(fd, err.text, 4), 4);
	ck_assert_int_eq(close(fd) + close(host[0]) + close(host[1]), 0);
}
END_TEST

START_TEST(a_real_one_has_ten_seconds)
{
	ck_assert_int_eq(SECRET_EXEC_MS, 10000);
	script("sleep 0.2; echo x", "");
	ck_assert_msg(run(SECRET_EXEC_MS) == APAM_OK, "%s", err.text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("secret_exec");
	TCase *tc = tcase_create("secret_exec");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(
	    tc, a_command_line_is_split_at_spaces, 0, ROWS(splits));
	tcase_add_test(tc, a_command_line_names_a_program);
	tcase_add_test(tc, arguments_have_a_limit);
	tcase_add_test(tc, a_program_is_trusted);
	tcase_add_loop_test(tc, a_program_is_given_little, 0, ROWS(given));
	tcase_add_test(tc, bytes_are_not_changed);
	tcase_add_test(tc, variables_have_defaults);
	tcase_add_loop_test(
	    tc, a_program_that_fails_gives_nothing, 0, ROWS(ends));
	tcase_add_test(tc, output_may_fill_the_buffer);
	tcase_add_test(tc, memory_may_be_short);
	tcase_add_test(tc, closed_standard_descriptors_do_no_harm);
	tcase_add_test(tc, a_host_that_ignores_its_children_is_told);
	tcase_add_loop_test(tc, a_program_has_a_deadline, 0, ROWS(slow));
	tcase_add_test(tc, one_that_became_another_users_has_a_deadline);
	tcase_add_test(tc, a_child_of_the_host_does_not_hold_it_up);
	tcase_add_test(tc, a_look_at_it_does_not_wait);
	tcase_add_test(tc, one_that_is_dropped_ends);
	tcase_add_test(tc, a_child_of_a_fork_leaves_it_alone);
	tcase_add_test(tc, what_the_host_opens_is_not_read);
	tcase_add_test(tc, a_real_one_has_ten_seconds);
	/* Tests change the environment and what is done with signals. */
	return run_suite_apart(suite);
}
