/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls on files failed in turn while somebody logs in: the record is the old
 * one or the new one, whole, and a login that says that it is done is.
 *
 * Runs itself anew with tests/faults/fault.c preloaded.
 */
#define _GNU_SOURCE
#include <errno.h>

#include "support/file_faults.h"
#include "support/logins.h"

#define HANGS_S 60
#define REDIRECT "http://127.0.0.1:4711/callback"
#define STEP 8

static struct logins l;

static const struct file_fault rows[] = {
	{ "one call, EIO", EIO, false },
	{ "all calls from one on, ENOSPC", ENOSPC, true },
	/* Those of APAM_STRESS=full, which fails each call, not one of STEP: */
	{ "one call, EMFILE", EMFILE, false },
	{ "all calls from one on, EROFS", EROFS, true },
};

#define ROWS_USUAL 2

static void
setup(void)
{
	logins_make(&l);
}

static void
teardown(void)
{
	logins_remove(&l);
}

/* In a child; true if it is done. */
static bool
log_in(struct apam_profile *profile)
{
	const struct apam_login_options options = { .size = sizeof(options),
		.way = APAM_LOGIN_BROWSER,
		.redirect_uri = REDIRECT,
		.entry = -1 };
	struct apam_login_event event = { .size = sizeof(event) };
	struct apam_login *login = NULL;
	enum apam_status status = apam_login_start(
	    profile, &options, &login, NULL);

	while (status == APAM_OK && event.kind < APAM_LOGIN_DONE) {
		status = apam_login_next(login, 20000, &event, NULL);
		if (event.kind == APAM_LOGIN_REDIRECT)
			status = apam_login_redirected(
			    login, REDIRECT "?code=c&state=fake-state", NULL);
	}
	apam_login_cancel(&login);
	return event.kind == APAM_LOGIN_DONE;
}

/* How many calls there were; *is_done is 1 if somebody is logged in. */
static long
run_with(const struct file_fault *row, long at, long *is_done)
{
	const struct file_fault_work work = { &l.p, l.fd, HANGS_S, log_in };

	return file_fault_run(&work, row, at, is_done);
}

/* The number of the token in the record. */
static int
stored(void)
{
	const struct durable_place place = logins_place(&l);
	struct apam_error err = APAM_ERROR_INIT;
	struct durable_copy copy;
	int number;

	ck_assert_msg(
	    durable_read(&place, &copy, &err) == APAM_OK, "%s", err.text);
	ck_assert(copy.there);
	number = atoi(copy.is.secret.p + strlen("fake-token-"));
	durable_copy_free(&copy);
	return number;
}

/*
 * A call that fails after the rename leaves the new one, and says that it may
 * not last.
 */
START_TEST(a_fault_leaves_one_or_the_other)
{
	const struct file_fault *row = &rows[_i];
	long is_done, done = 0, runs = 0;
	const long calls = run_with(row, 0, &is_done);
	int before, after;

	ck_assert_int_eq(is_done, 1);
	for (long at = 1; at <= calls; at += is_stress() ? 1 : STEP, runs++) {
		before = stored();
		(void)run_with(row, at, &is_done);
		after = stored();
		done += is_done;
		ck_assert_msg(after == atomic_load(&l.tokens) ||
			(!is_done && after == before),
		    "%s, call %ld: token %d", row->name, at, after);
	}
	printf(
	    "%s: %ld of %ld calls, %ld done\n", row->name, runs, calls, done);
	ck_assert_int_gt(calls, 50);
	ck_assert(done < runs);
	(void)run_with(row, 0, &is_done);
	ck_assert_int_eq(is_done, 1);
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *suite = suite_create("faults_login");
	TCase *tc = tcase_create("faults_login");

	(void)argc;
	preload(argv);
	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_fault_leaves_one_or_the_other, 0,
	    is_stress() ? ROWS(rows) : ROWS_USUAL);
	return run_suite(suite);
}
