/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Profiles and secrets that change under a running program, against the
 * sandbox: what changed counts within a second or so, what is in error does
 * not, what did not change keeps its credential.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "support/clock.h"
#include "support/live.h"
#include "support/run.h"

/* The files are looked at once a second, on a busy machine later. */
#define NOTICED_MS 20000

static struct project p;
static struct apam_profile *profile;

static void
setup(void)
{
	live_make(&p);
	profile = project_get(&p, "live");
	ck_assert_int_eq(live_try(profile), APAM_OK);
}

static void
teardown(void)
{
	project_remove(&p);
}

/* Files are looked at once a second: make the next look due. */
static void
have_it_look(void)
{
	clock_advance(1000);
}

/* Sign until that ends so; fails where it does not in time. */
static void
wait_until(enum apam_status wanted)
{
	int64_t up;
	enum apam_status status;

	have_it_look();
	up = live_ms() + NOTICED_MS;
	status = live_try(profile);

	while (status != wanted) {
		ck_assert_msg(live_ms() < up, "%s, not %s",
		    apam_status_name(status), apam_status_name(wanted));
		sleep_ms(20);
		status = live_try(profile);
	}
}

static void
wait_mints(int wanted)
{
	int64_t up;

	have_it_look();
	up = live_ms() + NOTICED_MS;
	while (sandbox_mints() < wanted) {
		ck_assert_msg(live_ms() < up, "%d token requests, not %d",
		    sandbox_mints(), wanted);
		ck_assert_int_eq(live_try(profile), APAM_OK);
		sleep_ms(20);
	}
	ck_assert_int_eq(sandbox_mints(), wanted);
}

/* Sign for longer than it takes to notice. */
static void
sign_on(void)
{
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(live_try(profile), APAM_OK);
		have_it_look();
	}
}

START_TEST(a_secret_replaced_by_rename)
{
	char from[sizeof(p.path)];

	sandbox_tell("/rotate?provider=7signal&key=SANDBOX.CLIENT.ONE"
		     "&to=not-a-secret-rotated");
	project_secret(&p, "new", "not-a-secret-rotated");
	(void)snprintf(from, sizeof(from), "%s", project_path(&p, "new"));
	ck_assert_int_eq(rename(from, project_path(&p, "secret")), 0);
	wait_mints(2);
}
END_TEST

START_TEST(a_secret_rewritten_in_place)
{
	/* The same length: size alone would not show it. */
	project_secret(&p, "secret", "not-a-secret-7signal-oNe");
	wait_until(APAM_E_REJECTED);
	project_secret(&p, "secret", SECRET_ONE);
	wait_until(APAM_OK);
	ck_assert_int_eq(sandbox_mints(), 3);
}
END_TEST

START_TEST(a_secret_that_others_may_read)
{
	struct apam_entry_status status;
	struct apam_error reload = APAM_ERROR_INIT;

	ck_assert_int_eq(chmod(project_path(&p, "secret"), 0644), 0);
	sign_on();
	live_status(profile, &status, &reload);
	ck_assert_uint_eq(APAM_CLASS(reload.status), APAM_CLASS_CONFIG);
	ck_assert_int_eq(chmod(p.path, 0600), 0);
	sign_on();
	live_status(profile, &status, &reload);
	ck_assert_int_eq(reload.status, APAM_OK);
	ck_assert_int_eq(sandbox_mints(), 1);
}
END_TEST

START_TEST(what_does_not_concern_the_credential_keeps_it)
{
	live_profile(&p, "deadline = \"7s\";");
	sign_on();
	live_profile(&p, "description = \"another\"; deadline = \"8s\";");
	sign_on();
	ck_assert_int_eq(sandbox_mints(), 1);
}
END_TEST

START_TEST(another_scope_is_another_credential)
{
	live_profile_as(&p, "live", "", "scope = [ \"openid\" ];");
	wait_mints(2);
}
END_TEST

START_TEST(another_origin_is_bound_at_once)
{
	struct apam_request request = APAM_REQUEST("GET", live_url());
	struct apam_signature s = APAM_SIGNATURE_INIT;
	int64_t up = live_ms() + NOTICED_MS;

	project_profile(&p, "live",
	    "origins = [ \"https://api.example.com\" ];\nauth = ( {\n"
	    "scheme = \"oauth2-client-credentials\";\n"
	    "token_url = \"https://127.0.0.1:1/oauth2/token\";\n"
	    "client_id = \"x\"; client_secret = \"env:PATH\"; } );\n");
	while (apam_sign(profile, &request, &s, NULL) != APAM_E_ORIGIN) {
		apam_signature_release(&s);
		ck_assert_int_lt(live_ms(), up);
		sleep_ms(20);
	}
}
END_TEST

static const struct {
	const char *text, *says;
} broken[] = {
	{ "origins = [ \"https://127.0.0.1\" ;\n", "expected" },
	{ "origin = [ \"https://127.0.0.1\" ];\n", "origin" },
	{ "", "" },
};

START_TEST(a_broken_file_changes_nothing)
{
	struct apam_entry_status status;
	struct apam_error reload = APAM_ERROR_INIT;

	project_profile(&p, "live", broken[_i].text);
	sign_on();
	live_status(profile, &status, &reload);
	ck_assert_int_eq(reload.status, APAM_E_CONFIG);
	ck_assert_msg(strstr(reload.text, broken[_i].says) != NULL, "%d: %s",
	    _i, reload.text);
	ck_assert_ptr_nonnull(strstr(reload.file, "live.conf"));
	ck_assert(status.usable);

	live_profile(&p, "deadline = \"9s\";");
	sign_on();
	live_status(profile, &status, &reload);
	ck_assert_int_eq(reload.status, APAM_OK);
	ck_assert_str_eq(reload.text, "");
	ck_assert_int_eq(sandbox_mints(), 1);
}
END_TEST

START_TEST(a_profile_that_is_deleted_and_comes_back)
{
	ck_assert_int_eq(unlink(project_path(&p, "apam.d/live.conf")), 0);
	wait_until(APAM_E_NO_PROFILE);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(live_try(profile), APAM_E_NO_PROFILE);
	live_profile(&p, "");
	ck_assert_int_eq(live_try(profile), APAM_OK);
	ck_assert_int_eq(sandbox_mints(), 1);
}
END_TEST

/* ---- Many threads -------------------------------------------------------- */

static _Atomic(bool) gone, stop;
static _Atomic int wrong, calls;

static void *
sign_while_gone(void *arg)
{
	(void)arg;
	while (!atomic_load(&stop)) {
		bool was_gone = atomic_load(&gone);
		enum apam_status status = live_try(profile);

		calls++;
		wrong += was_gone && status != APAM_E_NO_PROFILE;
		wrong += !was_gone && status != APAM_OK &&
		    status != APAM_E_NO_PROFILE;
	}
	return NULL;
}

START_TEST(a_deleted_profile_signs_for_no_thread)
{
	pthread_t threads[8];

	for (int i = 0; i < 8; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, sign_while_gone, NULL),
		    0);
	ck_assert_int_eq(unlink(project_path(&p, "apam.d/live.conf")), 0);
	sleep_ms(2000);
	atomic_store(&gone, true);
	sleep_ms(300);
	atomic_store(&stop, true);
	for (int i = 0; i < 8; i++)
		(void)pthread_join(threads[i], NULL);
	ck_assert_int_gt(calls, 100);
	ck_assert_int_eq(wrong, 0);
}
END_TEST

/* Threads sign while the profile changes all the time. */
START_TEST(reloads_while_threads_sign)
{
	pthread_t threads[4];
	char more[64];

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, sign_while_gone, NULL),
		    0);
	for (int i = 0; i < 10; i++) {
		(void)snprintf(
		    more, sizeof(more), "deadline = \"%ds\";", i + 5);
		live_profile(&p, more);
		sleep_ms(250);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < 4; i++)
		(void)pthread_join(threads[i], NULL);
	ck_assert_int_eq(wrong, 0);
	ck_assert_int_eq(sandbox_mints(), 1);
}
END_TEST

static Suite *
reload_suite(void)
{
	Suite *suite = suite_create("reload_live");
	TCase *tc = tcase_create("reload");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, a_secret_replaced_by_rename);
	tcase_add_test(tc, a_secret_rewritten_in_place);
	tcase_add_test(tc, a_secret_that_others_may_read);
	tcase_add_test(tc, what_does_not_concern_the_credential_keeps_it);
	tcase_add_test(tc, another_scope_is_another_credential);
	tcase_add_test(tc, another_origin_is_bound_at_once);
	tcase_add_loop_test(tc, a_broken_file_changes_nothing, 0, ROWS(broken));
	tcase_add_test(tc, a_profile_that_is_deleted_and_comes_back);
	tcase_add_test(tc, a_deleted_profile_signs_for_no_thread);
	tcase_add_test(tc, reloads_while_threads_sign);
	return suite;
}

int
main(void)
{
	int failed;

	sandbox_start();
	failed = run_suite(reload_suite());
	sandbox_stop();
	return failed;
}
