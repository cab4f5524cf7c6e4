/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each allocation of apam's own failed in turn, while somebody logs in or out:
 * the record is the old one or the new one, whole, and memory that is short is
 * called so.
 */
#include "support/fail_alloc.h"
#include "support/logins.h"
#include "support/run.h"

#define REDIRECT "http://127.0.0.1:4711/callback"

static struct logins l;
static struct apam_profile *profile;
static struct apam_error err;

/* In the server's thread. */
static void
spare(struct logins *server)
{
	(void)server;
	allocations_spared = true;
}

static void
setup(void)
{
	logins_make(&l);
	l.meanwhile = spare;
	err = (struct apam_error)APAM_ERROR_INIT;
}

static void
teardown(void)
{
	logins_remove(&l);
}

/* A login by a browser, as far as it comes. */
static enum apam_status
log_in(void)
{
	const struct apam_login_options options = { .size = sizeof(options),
		.way = APAM_LOGIN_BROWSER,
		.redirect_uri = REDIRECT,
		.entry = -1 };
	struct apam_login_event event = { .size = sizeof(event) };
	struct apam_login *login = NULL;
	enum apam_status status = apam_login_start(
	    profile, &options, &login, &err);

	while (status == APAM_OK && event.kind < APAM_LOGIN_DONE) {
		status = apam_login_next(login, 20000, &event, &err);
		if (event.kind == APAM_LOGIN_REDIRECT)
			status = apam_login_redirected(
			    login, REDIRECT "?code=c&state=fake-state", &err);
	}
	apam_login_cancel(&login);
	return status;
}

static enum apam_status
log_out(void)
{
	struct apam_logout_report report = { .size = sizeof(report) };

	return apam_logout(profile, NULL, &report, &err);
}

/* The number of the token in the record; 0: there is none. */
static int
stored(void)
{
	const struct durable_place place = logins_place(&l);
	struct apam_error why = APAM_ERROR_INIT;
	struct durable_copy copy;
	int number = 0;

	ck_assert_msg(
	    durable_read(&place, &copy, &why) == APAM_OK, "%s", why.text);
	if (copy.is.secret.n > 0)
		number = atoi(copy.is.secret.p + strlen("fake-token-"));
	durable_copy_free(&copy);
	return number;
}

/* With allocation number `n` failing, counted from behind the opening. */
static enum apam_status
run_without(int n, enum apam_status (*what)(void), bool *failed)
{
	enum apam_status status;

	/* Check allocates where it asserts. */
	profile = project_get(&l.p, "demo");
	allocations_left = n;
	status = what();
	*failed = allocation_failed();
	apam_close(&l.p.ctx);
	return status;
}

static void
is_of_memory(enum apam_status status, int n)
{
	ck_assert_msg(status == APAM_OK || status == APAM_E_MEMORY ||
		status == APAM_E_NETWORK,
	    "allocation %d: %s: %s", n, apam_status_name(status), err.text);
}

START_TEST(a_login_changes_all_or_nothing)
{
	enum apam_status status = APAM_OK;
	bool failed = true;
	int n, before;

	ck_assert_int_eq(run_without(-1, log_in, &failed), APAM_OK);
	for (n = 0; failed; n++) {
		before = stored();
		status = run_without(n, log_in, &failed);
		is_of_memory(status, n);
		ck_assert_int_eq(stored(),
		    status == APAM_OK ? atomic_load(&l.tokens) : before);
	}
	ck_assert_msg(status == APAM_OK, "%s", err.text);
	ck_assert_int_gt(n, 15);
}
END_TEST

START_TEST(a_logout_removes_it_or_says_why)
{
	enum apam_status status = APAM_OK;
	bool failed = true, unused;
	int n;

	for (n = 0; failed; n++) {
		ck_assert_int_eq(run_without(-1, log_in, &unused), APAM_OK);
		status = run_without(n, log_out, &failed);
		is_of_memory(status, n);
		if (status == APAM_OK)
			ck_assert_int_eq(stored(), 0);
	}
	ck_assert_msg(status == APAM_OK, "%s", err.text);
	ck_assert_int_gt(n, 10);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("short_login");
	TCase *tests = tcase_create("short_login");

	suite_add_tcase(suite, tests);
	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_login_changes_all_or_nothing);
	tcase_add_test(tests, a_logout_removes_it_or_says_why);
	return run_suite(suite);
}
