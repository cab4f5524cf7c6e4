/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Secrets of programs that do not end: whoever signs is told so within its own
 * timeout, waits for no other thread's, and leaves no process behind.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "support/project.h"
#include "support/run.h"

#define SLOW 20000 /* ms: longer than any limit that is tested here */
#define SHORT 300
#define SOON 9000 /* less than a program is given, SECRET_EXEC_MS */

static struct project p;
static struct apam_profile *profile;

/* A program that prints `text` at once, or, while there is a file "slow",
   notes its process and sleeps. */
static void
setup(void)
{
	char text[512];

	project_make(&p);
	(void)snprintf(text, sizeof(text),
	    "#!/bin/sh\nif [ -e %s/slow ]; then echo $$ >>%s/pids; exec sleep 20; fi\n"
	    "echo not-a-secret\n",
	    p.dir, p.dir);
	project_write(&p, "program", text);
	ck_assert_int_eq(chmod(p.path, 0755), 0);
	project_module(&p, "basic-email-key", false);
	project_entries(&p, "demo",
	    "{ scheme = \"basic-email-key\"; email = \"a@example.org\"; "
	    "key = \"exec:@/program\"; }");
	project_write(&p, "slow", "");
	profile = project_get(&p, "demo");
}

static void
teardown(void)
{
	project_remove(&p);
}

static enum apam_status
sign(int timeout_ms, struct apam_error *err)
{
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/x");
	struct apam_signature s = APAM_SIGNATURE_INIT;
	enum apam_status status;

	request.timeout_ms = timeout_ms;
	status = apam_sign(profile, &request, &s, err);
	apam_signature_release(&s);
	return status;
}

/* Each process that was noted is gone, and waited for. */
static int
count_processes(void)
{
	FILE *f = fopen(project_path(&p, "pids"), "r");
	int pid, n = 0;

	if (f == NULL)
		return 0;
	while (fscanf(f, "%d", &pid) == 1) {
		ck_assert_int_eq(kill(pid, 0), -1);
		ck_assert_int_eq(errno, ESRCH);
		n++;
	}
	(void)fclose(f);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
	return n;
}

static void
wait_for_program(void)
{
	while (access(project_path(&p, "pids"), F_OK) != 0)
		(void)poll(NULL, 0, 5);
}

START_TEST(signing_ends_in_time)
{
	const int64_t before = clock_ms();

	ck_assert_int_eq(sign(SHORT, &p.err), APAM_E_DEADLINE);
	ck_assert_int_lt(clock_ms() - before, SOON);
	ck_assert_msg(strstr(p.err.text, "program did not finish in") != NULL,
	    "%s", p.err.text);
	ck_assert_int_le(count_processes(), 1);
	/* It is tried anew. */
	ck_assert_int_eq(unlink(project_path(&p, "slow")), 0);
	ck_assert_msg(sign(SLOW, &p.err) == APAM_OK, "%s", p.err.text);
}
END_TEST

/* All of them together have the time of one call. */
START_TEST(many_secrets_end_in_time)
{
	const int64_t before = clock_ms();

	project_entries(&p, "many",
	    "{ scheme = \"basic-email-key\"; email = \"a@example.org\"; "
	    "key = \"exec:@/program\"; }, "
	    "{ scheme = \"basic-email-key\"; email = \"b@example.org\"; "
	    "key = \"exec:@/program\"; }, "
	    "{ scheme = \"basic-email-key\"; email = \"c@example.org\"; "
	    "key = \"exec:@/program\"; }");
	profile = project_get(&p, "many");
	ck_assert_int_eq(sign(2 * SHORT, &p.err), APAM_E_DEADLINE);
	ck_assert_int_lt(clock_ms() - before, SOON);
	ck_assert_int_le(count_processes(), 1);
}
END_TEST

START_TEST(the_profiles_deadline_holds)
{
	const int64_t before = clock_ms();
	char text[512];

	project_splice(&p,
	    "origins = [ \"https://api.example\" ]; deadline = \"1s\"; "
	    "auth = ( { scheme = \"basic-email-key\"; email = \"a@b\"; "
	    "key = \"exec:@/program\"; } );",
	    text, sizeof(text));
	project_profile(&p, "short", text);
	profile = project_get(&p, "short");
	ck_assert_int_eq(sign(0, &p.err), APAM_E_DEADLINE);
	ck_assert_int_lt(clock_ms() - before, SOON);
}
END_TEST

static void *
sign_long_in_thread(void *arg)
{
	(void)arg;
	(void)sign(3000, NULL);
	return NULL;
}

/* Another thread reads the secret, and has more time. */
START_TEST(nobody_waits_longer_for_another_thread)
{
	int64_t before, took;
	pthread_t thread;

	ck_assert_int_eq(
	    pthread_create(&thread, NULL, sign_long_in_thread, NULL), 0);
	wait_for_program();
	before = clock_ms();
	ck_assert_int_eq(sign(SHORT, &p.err), APAM_E_DEADLINE);
	took = clock_ms() - before;
	ck_assert_msg(
	    strstr(p.err.text, "another thread") != NULL, "%s", p.err.text);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_lt(took, clock_ms() - before);
	(void)count_processes();
}
END_TEST

/* The old files hold, and sign, with the time that is left. */
START_TEST(a_reload_that_hangs_keeps_nobody_from_signing)
{
	int64_t before;

	ck_assert_int_eq(unlink(project_path(&p, "slow")), 0);
	ck_assert_int_eq(sign(SLOW, &p.err), APAM_OK);
	project_write(&p, "slow", "");
	project_entries(&p, "demo",
	    "{ scheme = \"basic-email-key\"; email = \"bb@example.org\"; "
	    "key = \"exec:@/program\"; }");
	before = clock_ms();
	while (access(project_path(&p, "pids"), F_OK) != 0) {
		ck_assert_msg(
		    sign(2 * SHORT, &p.err) == APAM_OK, "%s", p.err.text);
		ck_assert_int_lt(clock_ms() - before, SOON);
	}
	(void)count_processes();
}
END_TEST

START_TEST(a_check_ends_in_time)
{
	const int64_t before = clock_ms();
	struct apam_key_report report;
	size_t count = 1;

	ck_assert_int_eq(
	    apam_check(profile, SHORT, &report, &count, sizeof(report), &p.err),
	    APAM_E_DEADLINE);
	count = 0;
	ck_assert_int_eq(apam_revoke(profile, SHORT, NULL, &count, 0, &p.err),
	    APAM_E_DEADLINE);
	ck_assert_int_lt(clock_ms() - before, SOON);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("slow_secret");
	TCase *tc = tcase_create("slow_secret");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, signing_ends_in_time);
	tcase_add_test(tc, many_secrets_end_in_time);
	tcase_add_test(tc, the_profiles_deadline_holds);
	tcase_add_test(tc, nobody_waits_longer_for_another_thread);
	tcase_add_test(tc, a_reload_that_hangs_keeps_nobody_from_signing);
	tcase_add_test(tc, a_check_ends_in_time);
	return run_suite(suite);
}
