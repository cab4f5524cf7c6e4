/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls on files failed in turn while somebody logs in: the record is the old
 * one or the new one, whole, and a login that says that it is done is.
 *
 * Runs itself anew with tests/faults/fault.c preloaded.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/wait.h>

#include "support/logins.h"
#include "support/preloaded.h"
#include "support/run.h"

#define HANGS_S 60
#define REDIRECT "http://127.0.0.1:4711/callback"
#define STEP 8

static struct logins l;

static const struct row {
	const char *name;
	int error;
	bool lasts;
} rows[] = {
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

/* In a child: log in with calls from number `at` on failing. */
static void
log_in_with(const struct row *row, long at, int to)
{
	const struct fault fault = { FAULT_FILES, at, row->error,
		row->lasts ? LONG_MAX : at };
	struct apam_profile *profile;
	long result[2];

	(void)close(l.fd);
	alarm(HANGS_S);
	profile = project_get(&l.p, "demo");
	switch_on(&fault);
	result[1] = log_in(profile);
	apam_close(&l.p.ctx);
	result[0] = switch_off();
	_exit(write(to, result, sizeof(result)) == sizeof(result) ? 0 : 3);
}

/* How many calls there were; *is_done is 1 if somebody is logged in. */
static long
run_with(const struct row *row, long at, long *is_done)
{
	int ends[2], status;
	long result[2];
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0)
		log_in_with(row, at, ends[1]);
	(void)close(ends[1]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(
	    status == 0, "%s, call %ld: ended with %x", row->name, at, status);
	ck_assert_int_eq(read(ends[0], result, sizeof(result)), sizeof(result));
	(void)close(ends[0]);
	*is_done = result[1];
	return result[0];
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
	const struct row *row = &rows[_i];
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
