/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/cancel.h: a host's thread that is cancelled while it is in
 * any public call leaves no lock behind.  A cancellation that is pending when a
 * call begins would act at the first cancellation point inside it; it has to
 * act after the call.
 */
#include "base/cancel.h"

#include <stdatomic.h>
#include <sys/wait.h>

#include <apam/curl.h>

#include "support/flights.h"

static struct flights t;
static const struct raw_answer quick = { .head = EMPTY_200 },
			       deaf = { .silent = true };
static atomic_bool returned, went_well;
static char url[64];
static CURL *easy;

static void
start(const struct raw_answer *answer, const char *more)
{
	flights_open(&t, answer, more, "acquire = 2; url = \"%/x\";");
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/", t.server.port);
}

static void
teardown(void)
{
	flights_close(&t);
}

/* ---- While it waits ------------------------------------------------------ */

static enum apam_status
sign(void)
{
	struct apam_request request = APAM_REQUEST("GET", url);
	struct apam_signature s = APAM_SIGNATURE_INIT;
	enum apam_status status;

	status = apam_sign(t.profile, &request, &s, NULL);
	apam_signature_release(&s);
	return status;
}

static void *
sign_in_thread(void *arg)
{
	(void)arg;
	(void)sign();
	atomic_store(&returned, true);
	pthread_testcancel();
	return NULL;
}

static void
must_fork(void)
{
	int status = -1;
	const pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

/* Signing, forking and closing all want the locks that it held. */
START_TEST(a_thread_cancelled_while_it_signs_leaves_no_lock)
{
	void *how = NULL;
	pthread_t thread;

	start(&deaf, "deadline = \"1s\";");
	ck_assert_int_eq(
	    pthread_create(&thread, NULL, sign_in_thread, NULL), 0);
	while (atomic_load(&t.server.hits) == 0)
		(void)poll(NULL, 0, 5);
	ck_assert_int_eq(pthread_cancel(thread), 0);
	ck_assert_int_eq(pthread_join(thread, &how), 0);
	ck_assert_ptr_eq(how, PTHREAD_CANCELED);
	ck_assert(atomic_load(&returned));
	must_fork();
	ck_assert_int_ne(sign(), APAM_OK);
}
END_TEST

/* ---- Every call, with one pending ---------------------------------------- */

/* Check's assertions write to a pipe, where a cancellation would act. */

static bool
each_profile(void *arg, const struct apam_profile_info *info)
{
	return arg != info && info->why == NULL;
}

static bool
call_open(void)
{
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER };
	struct apam *ctx;

	options.config = project_path(&t.p, "apam.conf");
	if (apam_open(&options, &ctx, NULL) != APAM_OK)
		return false;
	apam_close(&ctx);
	return apam_lint(&options, NULL, NULL, NULL) == APAM_OK;
}

static bool
call_find(void)
{
	struct apam_profile *found;

	return apam_profile_find(t.p.ctx, url, &found, NULL) == APAM_OK &&
	    apam_profile_get(t.p.ctx, "none", &found, NULL) ==
	    APAM_E_NO_PROFILE;
}

static bool
call_sign(void)
{
	return sign() == APAM_OK;
}

static bool
call_check(void)
{
	struct apam_key_report report;
	size_t count = 1;

	return apam_check(t.profile, 1000, &report, &count, sizeof(report),
		   NULL) == APAM_OK;
}

static bool
call_revoke(void)
{
	size_t count = 0;

	return apam_revoke(t.profile, 1000, NULL, &count, 0, NULL) == APAM_OK;
}

static bool
call_status(void)
{
	size_t count = 0;

	return apam_profile_status(t.profile, NULL, &count, 0, NULL, NULL) ==
	    APAM_OK &&
	    apam_profiles(t.p.ctx, each_profile, NULL, NULL) == APAM_OK;
}

static bool
call_keys(void)
{
	const struct apam_key_name name = { .size = sizeof(name),
		.id = "return-test" };

	return apam_key_archive(t.p.ctx, &name, "", NULL) == APAM_OK &&
	    apam_key_restore(t.p.ctx, &name, NULL) == APAM_OK &&
	    apam_key_describe(t.p.ctx, &name, "x", NULL, NULL) == APAM_OK;
}

static bool
call_perform(void)
{
	struct apam_result result = APAM_RESULT_INIT;
	const struct apam_transfer get = {
		.size = sizeof(get), .method = "GET", .url = url
	};

	return apam_curl_perform(t.profile, easy, &get, &result, NULL) ==
	    APAM_OK;
}

static bool
call_close(void)
{
	apam_close(&t.p.ctx);
	return true;
}

static const struct {
	const char *name;
	bool (*call)(void);
} calls[] = {
	{ "open and lint", call_open },
	{ "find and get", call_find },
	{ "sign", call_sign },
	{ "check", call_check },
	{ "revoke", call_revoke },
	{ "status and profiles", call_status },
	{ "keys", call_keys },
	{ "perform", call_perform },
	{ "close", call_close },
};

static void *
call_with_one_pending(void *arg)
{
	const int *row = arg;

	(void)pthread_cancel(pthread_self());
	atomic_store(&went_well, calls[*row].call());
	atomic_store(&returned, true);
	pthread_testcancel();
	return NULL;
}

START_TEST(a_cancellation_acts_after_the_call)
{
	const char *name = calls[_i].name;
	void *how = NULL;
	pthread_t thread;
	int row = _i;

	start(&quick, "");
	easy = curl_easy_init();
	ck_assert_int_eq(
	    pthread_create(&thread, NULL, call_with_one_pending, &row), 0);
	ck_assert_int_eq(pthread_join(thread, &how), 0);
	curl_easy_cleanup(easy);
	ck_assert_msg(atomic_load(&returned), "%s: ended inside", name);
	ck_assert_msg(atomic_load(&went_well), "%s: failed", name);
	ck_assert_msg(how == PTHREAD_CANCELED, "%s: lost", name);
	must_fork();
	if (t.p.ctx != NULL)
		ck_assert_msg(sign() == APAM_OK, "%s: signs no more", name);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cancel");
	TCase *tc = tcase_create("cancel");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, a_thread_cancelled_while_it_signs_leaves_no_lock);
	tcase_add_loop_test(
	    tc, a_cancellation_acts_after_the_call, 0, ROWS(calls));
	return run_suite(suite);
}
