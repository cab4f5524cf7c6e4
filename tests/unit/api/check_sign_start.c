/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of calls that do not block: however the flight that a call waits for
 * ends, the call ends with it, and does not take off for ever.
 */
#include "support/project.h"
#include "support/run.h"

#define TURNS 16 /* far more than one flight without an exchange needs */
#define STEP_FAILED "acquire = 0; "

static struct project project;
static struct apam_profile *profile;
static struct apam_signature sig;
static struct apam_error err = APAM_ERROR_INIT;

/* Open without a thread; the project's profile "p" has these entries. */
static void
use(const char *entries)
{
	struct apam_open_options options = { .size = sizeof(options),
		.flags = APAM_OPEN_USER | APAM_OPEN_NO_THREAD };
	char text[1024], config[128];

	project_make(&project);
	project_module(&project, "return-test", true);
	project_module(&project, "hmac-test", true);
	project_secret(&project, "secret", "FAKEkey\n");
	(void)snprintf(text, sizeof(text),
	    "origins = [ \"https://api.example\" ];\nauth = ( %s );\n",
	    entries);
	project_profile(&project, "p", text);
	(void)snprintf(config, sizeof(config), "%s/apam.conf", project.dir);
	options.config = config;
	ck_assert_int_eq(apam_open(&options, &project.ctx, &err), APAM_OK);
	profile = project_get(&project, "p");
	sig = (struct apam_signature)APAM_SIGNATURE_INIT;
}

static void
done(void)
{
	apam_signature_release(&sig);
	project_remove(&project);
}

/* Step until the call has ended; how. */
static enum apam_status
drive(struct apam_call *call)
{
	enum apam_status status = APAM_E_PENDING;

	for (int i = 0; i < TURNS && status == APAM_E_PENDING; i++) {
		apam_step(project.ctx);
		status = apam_call_result(call, &err);
	}
	return status;
}

#define ENTRY(more) "{ scheme = \"return-test\"; " more "}"

static const struct {
	const char *name, *entries;
	enum apam_status status;
} ends[] = {
	{ "one that lives", ENTRY(""), APAM_OK },
	{ "one for those who wait alone", ENTRY("lifetime = 0; "), APAM_OK },
	{ "a step that is none", ENTRY("acquire = 77; "), APAM_E_ABI },
	{ "done without a credential", ENTRY("silent = true; "), APAM_E_ABI },
	{ "the provider fails", ENTRY(STEP_FAILED "acquire_status = 770; "),
	    APAM_E_PROVIDER },
	{ "the machine fails", ENTRY(STEP_FAILED "acquire_status = 1536; "),
	    APAM_E_INTERNAL },
	{ "the provider denies it",
	    ENTRY(STEP_FAILED "acquire_status = 1028; "), APAM_E_DENIED },
	{ "the next one stands in",
	    ENTRY(STEP_FAILED "acquire_status = 1281; ") "," ENTRY(
		"lifetime = 0; "),
	    APAM_OK },
	{ "the next one stands in for a while",
	    ENTRY(STEP_FAILED "fallback_on = [ \"unavailable\" ]; ") "," ENTRY(
		"lifetime = 0; "),
	    APAM_OK },
};

START_TEST(a_call_ends_as_its_flight_does)
{
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/");
	struct apam_call *call;
	enum apam_status status;

	use(ends[_i].entries);
	ck_assert_int_eq(apam_sign_start(profile, &request, &sig, &call, &err),
	    APAM_E_PENDING);
	status = drive(call);
	ck_assert_msg(status == ends[_i].status, "%s: %s: %s", ends[_i].name,
	    apam_status_name(status), err.text);
	ck_assert_int_eq(apam_call_result(call, &err), ends[_i].status);
	ck_assert_msg((sig.header_count > 0) == (status == APAM_OK),
	    "%s: signed or not", ends[_i].name);
	apam_call_cancel(&call);
	ck_assert_ptr_null(call);
	done();
}
END_TEST

/* What has ended has no deadline any more, cancelled or not. */
START_TEST(an_ended_call_keeps_nobody_awake)
{
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/");
	struct apam_call *call;

	use(ENTRY(""));
	ck_assert_int_eq(apam_sign_start(profile, &request, &sig, &call, &err),
	    APAM_E_PENDING);
	ck_assert_int_eq(apam_timeout(project.ctx), 0);
	ck_assert_int_eq(drive(call), APAM_OK);
	ck_assert_int_eq(apam_timeout(project.ctx), -1);
	apam_call_cancel(&call);
	ck_assert_int_eq(apam_timeout(project.ctx), -1);
	done();
}
END_TEST

/* Each call that begins anew gets a credential of its own flight. */
START_TEST(a_second_call_does_not_reuse_what_was_for_the_first)
{
	struct apam_request request = APAM_REQUEST(
	    "GET", "https://api.example/");
	struct apam_call *call;
	uint64_t first;

	use(ENTRY("lifetime = 0; "));
	ck_assert_int_eq(apam_sign_start(profile, &request, &sig, &call, &err),
	    APAM_E_PENDING);
	ck_assert_int_eq(drive(call), APAM_OK);
	apam_call_cancel(&call);
	first = sig.generation;
	ck_assert_int_eq(apam_sign_start(profile, &request, &sig, &call, &err),
	    APAM_E_PENDING);
	ck_assert_int_eq(drive(call), APAM_OK);
	apam_call_cancel(&call);
	ck_assert_uint_gt(sig.generation, first);
	done();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("call");
	TCase *tc = tcase_create("call");

	tcase_add_loop_test(tc, a_call_ends_as_its_flight_does, 0, ROWS(ends));
	tcase_add_test(tc, an_ended_call_keeps_nobody_awake);
	tcase_add_test(tc, a_second_call_does_not_reuse_what_was_for_the_first);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
