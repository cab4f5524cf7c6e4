/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/admin/serve_calls.c: who may ask the agent, and checks and
 * revocations that wait for nobody, against the sandbox.
 */
#include "admin/serve_calls.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/live.h"
#include "support/run.h"

static struct project p;

static void
setup(void)
{
	live_make(&p);
	project_open(&p, APAM_OPEN_NO_THREAD);
}

static void
teardown(void)
{
	project_remove(&p);
}

/* ---- Who may ask --------------------------------------------------------- */

#define STRANGER 54321
#define FRIEND 54322

static const struct {
	const char *name;
	uint32_t user;
	const char *allow;
	enum apam_status ask, change;
} callers[] = {
	{ "root without rules", 0, "", APAM_OK, APAM_OK },
	{ "a stranger without rules", STRANGER, "", APAM_E_POLICY,
	    APAM_E_POLICY },
	{ "a stranger", STRANGER,
	    "allow = ( { users = [ \"54322\" ]; give = \"headers\"; } );",
	    APAM_E_POLICY, APAM_E_POLICY },
	{ "one who is named", FRIEND,
	    "allow = ( { users = [ \"54322\" ]; give = \"headers\"; } );",
	    APAM_OK, APAM_E_POLICY },
	{ "one who is given nothing", FRIEND,
	    "allow = ( { users = [ \"54322\" ]; give = \"nothing\"; } );",
	    APAM_OK, APAM_E_POLICY },
	{ "root with rules for others", 0,
	    "allow = ( { users = [ \"54322\" ]; give = \"headers\"; } );",
	    APAM_OK, APAM_OK },
};

START_TEST(those_who_are_named_may_ask)
{
	const struct caller caller = { .user = callers[_i].user };
	struct apam_profile *profile;

	live_profile(&p, callers[_i].allow);
	profile = project_get(&p, "live");
	ck_assert_msg(
	    serve_may_ask(profile, &caller, &p.err) == callers[_i].ask,
	    "%s: %s", callers[_i].name, p.err.text);
	if (callers[_i].ask != APAM_OK)
		ck_assert_str_eq(p.err.text,
		    "no rule of the profile names user 54321, so the agent "
		    "tells it nothing of its keys");
	p.err = (struct apam_error)APAM_ERROR_INIT;
	ck_assert_int_eq(serve_may_change(&caller, &p.err), callers[_i].change);
}
END_TEST

START_TEST(the_agents_own_user_may_all)
{
	const struct caller self = { .user = (uint32_t)geteuid() };

	ck_assert_int_eq(
	    serve_may_ask(project_get(&p, "live"), &self, &p.err), APAM_OK);
	ck_assert_int_eq(serve_may_change(&self, &p.err), APAM_OK);
}
END_TEST

START_TEST(a_grant_is_that_of_the_caller)
{
	const uint32_t groups[] = { 1, 777 };
	const struct caller member = {
		.user = STRANGER, .groups = groups, .group_count = 2
	};
	struct apam_grant grant = { .size = sizeof(grant) };

	live_profile(
	    &p, "allow = ( { groups = [ \"777\" ]; give = \"headers\"; } );");
	ck_assert_int_eq(serve_grant(project_get(&p, "live"), &member, "GET",
			     live_url(), &grant, &p.err),
	    APAM_OK);
	ck_assert(grant.ruled && grant.given);
	ck_assert_int_eq(grant.give, APAM_GIVE_HEADERS);
}
END_TEST

/* ---- Runs ---------------------------------------------------------------- */

/* Drive it to its end; how often it was pending is in *tries. */
static enum apam_status
finish(struct serve_run *run, unsigned *tries)
{
	const int64_t up = live_ms() + 120000;
	enum apam_status status;

	*tries = 0;
	while ((status = serve_run_next(run)) == APAM_E_PENDING) {
		struct pollfd fd = { .fd = apam_fd(p.ctx), .events = POLLIN };
		int timeout = apam_timeout(p.ctx);

		ck_assert_int_lt(live_ms(), up);
		if (timeout < 0 || timeout > 50)
			timeout = 50;
		ck_assert_int_ge(poll(&fd, 1, timeout), 0);
		apam_step(p.ctx);
		++*tries;
	}
	return status;
}

START_TEST(a_check_is_one_question)
{
	const struct apam_key_report *reports;
	struct serve_run *run;
	unsigned tries;
	size_t count;

	sandbox_tell(
	    "/fault?provider=7signal&path=" TOKEN_PATH "&kind=delay&arg=200");
	run = serve_run_new(project_get(&p, "live"), SERVE_CHECK, &p.err);
	ck_assert_ptr_nonnull(run);
	ck_assert_int_eq(finish(run, &tries), APAM_OK);
	ck_assert_uint_gt(tries, 1);
	ck_assert_int_eq(serve_run_error(run)->status, APAM_OK);
	reports = serve_run_reports(run, &count);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(reports[0].state, APAM_KEY_GOOD);
	ck_assert_uint_eq(sandbox_mints(), 1);
	/* It has ended, and stays so. */
	ck_assert_int_eq(serve_run_next(run), APAM_OK);
	serve_run_free(&run);
	ck_assert_ptr_null(run);
	serve_run_free(&run);
}
END_TEST

START_TEST(a_check_comes_to_an_end)
{
	const struct apam_key_report *reports;
	struct serve_run *run;
	unsigned tries;
	size_t count;

	sandbox_tell(
	    "/fault?provider=7signal&path=" TOKEN_PATH "&kind=delay&arg=3000");
	live_profile(&p, "deadline = 1;");
	run = serve_run_new(project_get(&p, "live"), SERVE_CHECK, &p.err);
	ck_assert_ptr_nonnull(run);
	ck_assert_int_eq(finish(run, &tries), APAM_OK);
	reports = serve_run_reports(run, &count);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(reports[0].state, APAM_KEY_UNKNOWN);
	ck_assert_int_ge(live_ms(), serve_run_deadline(run));
	serve_run_free(&run);
}
END_TEST

START_TEST(a_revocation_waits_for_nobody)
{
	const struct apam_revoke_report *reports;
	struct apam_entry_status status;
	struct serve_run *run;
	unsigned tries;
	size_t count = 1;

	run = serve_run_new(project_get(&p, "live"), SERVE_CHECK, &p.err);
	ck_assert_int_eq(finish(run, &tries), APAM_OK);
	serve_run_free(&run);
	run = serve_run_new(project_get(&p, "live"), SERVE_REVOKE, &p.err);
	ck_assert_ptr_nonnull(run);
	ck_assert_int_eq(serve_run_next(run), APAM_E_PENDING);
	(void)finish(run, &tries);
	reports = serve_run_revoked(run, &count);
	ck_assert_uint_eq(count, 1);
	ck_assert(reports[0].had_credential);
	ck_assert_ptr_nonnull(reports[0].result);
	ck_assert_int_eq(reports[0].status, serve_run_error(run)->status);
	ck_assert_int_eq(apam_profile_status(project_get(&p, "live"), &status,
			     &count, sizeof(status), NULL, &p.err),
	    APAM_OK);
	ck_assert(!status.usable);
	serve_run_free(&run);
}
END_TEST

START_TEST(a_check_stands_until_its_key_is_archived)
{
	const struct apam_key_name key = { .size = sizeof(key),
		.scheme = "oauth2-client-credentials",
		.id = "SANDBOX.CLIENT.ONE" };
	struct apam_profile *profile = project_get(&p, "live");
	struct serve_run *run = serve_run_new(profile, SERVE_CHECK, &p.err);
	unsigned tries;

	ck_assert_int_eq(finish(run, &tries), APAM_OK);
	ck_assert(serve_run_stands(run, profile));
	ck_assert_int_eq(chmod(project_path(&p, "state"), 0755), 0);
	ck_assert_msg(apam_key_archive(p.ctx, &key, "test", &p.err) == APAM_OK,
	    "%s", p.err.text);
	ck_assert(!serve_run_stands(run, profile));
	serve_run_free(&run);
	run = serve_run_new(profile, SERVE_CHECK, &p.err);
	ck_assert_int_eq(finish(run, &tries), APAM_OK);
	ck_assert_uint_eq(tries, 0);
	ck_assert(serve_run_stands(run, profile));
	ck_assert_msg(
	    apam_key_restore(p.ctx, &key, &p.err) == APAM_OK, "%s", p.err.text);
	ck_assert(!serve_run_stands(run, profile));
	serve_run_free(&run);
}
END_TEST

/* One that nobody waits for any more leaves nothing behind. */
START_TEST(a_run_may_be_dropped)
{
	struct serve_run *run = serve_run_new(
	    project_get(&p, "live"), SERVE_CHECK, &p.err);

	ck_assert_int_eq(serve_run_next(run), APAM_E_PENDING);
	serve_run_free(&run);
	run = serve_run_new(project_get(&p, "live"), SERVE_CHECK, &p.err);
	{
		unsigned tries;

		ck_assert_int_eq(finish(run, &tries), APAM_OK);
	}
	serve_run_free(&run);
}
END_TEST

START_TEST(a_profile_that_does_not_open_has_no_run)
{
	ck_assert_int_eq(unlink(project_path(&p, "secret")), 0);
	ck_assert_ptr_null(
	    serve_run_new(project_get(&p, "live"), SERVE_CHECK, &p.err));
	ck_assert_int_eq(p.err.status, APAM_E_SECRET);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("serve_calls");
	TCase *tcase = tcase_create("serve_calls");
	int status;

	sandbox_start();
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 240);
	tcase_add_loop_test(
	    tcase, those_who_are_named_may_ask, 0, ROWS(callers));
	tcase_add_test(tcase, the_agents_own_user_may_all);
	tcase_add_test(tcase, a_grant_is_that_of_the_caller);
	tcase_add_test(tcase, a_check_is_one_question);
	tcase_add_test(tcase, a_check_comes_to_an_end);
	tcase_add_test(tcase, a_revocation_waits_for_nobody);
	tcase_add_test(tcase, a_check_stands_until_its_key_is_archived);
	tcase_add_test(tcase, a_run_may_be_dropped);
	tcase_add_test(tcase, a_profile_that_does_not_open_has_no_run);
	suite_add_tcase(suite, tcase);
	status = run_suite(suite);
	sandbox_stop();
	return status;
}
