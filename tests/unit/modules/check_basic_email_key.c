/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the module basic-email-key: the vectors of RFC 7617, parameters
 * that are added, and what each of SEED's answers says of the key.
 */
#include "support/drive_open.h"
#include "support/refused.h"
#include "support/run.h"

#define KEY "FAKEkey"
#define BASE "email = \"user@example.org\"; key = \"env:FAKE\"; "

static struct drive d;
static const struct apam_module *module;

static void
setup(void)
{
	module = drive_load("modules/basic-email-key.so");
}

static void
teardown(void)
{
	drive_close(&d);
}

static void
open_with(const char *text, const char *key)
{
	drive_must_open(&d, module, text, key);
}

/* ---- Options ---------------------------------------------------------- */

static const struct {
	const char *text;
	const char *key;
	const char *why; /* a part of the message */
} bad_options[] = {
	{ "email = \"a:b\"; key = \"env:FAKE\";", KEY, "colon" },
	{ "email = \":\"; key = \"env:FAKE\";", KEY, "colon" },
	{ BASE, "FAKE:key", "colon" },
	{ BASE, ":", "colon" },
	{ BASE, "FAKE\nkey", "control character" },
	{ BASE, "FAKE\x7fkey", "control character" },
	{ BASE, "", "empty" },
	{ "key = \"env:FAKE\";", KEY, "email" },
	{ "email = \"a\";", KEY, "key" },
	{ BASE "login_redirects = [ \"login\" ];", KEY, "neither a path" },
	{ BASE "login_redirects = [ \"/a\", \"ftp://x/\" ];", KEY,
	    "element 2" },
};

START_TEST(refuses_options)
{
	drive_must_refuse(&d, module, bad_options[_i].text, bad_options[_i].key,
	    bad_options[_i].why, "FAKE");
}
END_TEST

/* ---- The credential --------------------------------------------------- */

static const struct {
	const char *text;
	const char *key;
	const char *credential;
} credentials[] = {
	/* RFC 7617, 2. */
	{ "email = \"Aladdin\"; key = \"env:FAKE\";", "open sesame",
	    "QWxhZGRpbjpvcGVuIHNlc2FtZQ==" },
	/* RFC 7617, 2.1: UTF-8. */
	{ "email = \"test\"; key = \"env:FAKE\";", "123\xc2\xa3",
	    "dGVzdDoxMjPCow==" },
	{ "email = \"User@Example.org\"; key = \"env:FAKE\";", "0a",
	    "VXNlckBFeGFtcGxlLm9yZzowYQ==" },
	{ "email = \"User@Example.org\"; key = \"env:FAKE\";"
	  "lowercase = true;",
	    "0A", "dXNlckBleGFtcGxlLm9yZzowQQ==" },
	/* Standard alphabet: '+' and '/', not '-' and '_'. */
	{ "email = \"a\"; key = \"env:FAKE\";", ">>?~~~", "YTo+Pj9+fn4=" },
};

START_TEST(makes_the_credential)
{
	struct op op;

	open_with(credentials[_i].text, credentials[_i].key);
	op_init(&op, OP_ACQUIRE, false, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_DONE);
	ck_assert_str_eq(
	    buf_view(&op.credential).p, credentials[_i].credential);
	ck_assert(op.lifetime == APAM_FOREVER);
	op_free(&op);
}
END_TEST

START_TEST(signs_with_basic)
{
	struct apam_request_view request = drive_request("GET", "/api/");
	struct apam_signing out;

	open_with(BASE, KEY);
	ck_assert_int_eq(drive_sign(&d, &request, "YTpi", &out), APAM_OK);
	ck_assert_ptr_null(signing_refused(&out));
	ck_assert_uint_eq(out.headers.count, 1);
	ck_assert_str_eq(
	    drive_field(&out.headers, "Authorization"), "Basic YTpi");
	signing_free(&out);
}
END_TEST

/* ---- Query parameters ------------------------------------------------- */

/* A request that has one of them keeps its own: the core sees to that. */
START_TEST(adds_what_lacks)
{
	struct apam_request_view request = drive_request("GET", "/api/");
	struct apam_signing out;

	open_with(BASE "query = { a = \"1 & 2\"; b = \"3\"; };", KEY);
	ck_assert_int_eq(drive_sign(&d, &request, "t", &out), APAM_OK);
	ck_assert_uint_eq(out.query.count, 2);
	ck_assert_uint_eq(out.query_defaults, 3);
	ck_assert_str_eq(drive_field(&out.query, "a"), "1%20%26%202");
	ck_assert_str_eq(drive_field(&out.query, "b"), "3");
	signing_free(&out);
}
END_TEST

/* ---- Judging ---------------------------------------------------------- */

#define JSON "\nContent-Type: application/json\n\n"
#define HTML "\nContent-Type: text/html; charset=utf-8\n\n<!DOCTYPE html>"
#define ERROR "{\"status\":\"error\",\"message\":\"m\"}"
#define OWN "login_redirects = [ \"/sso/\", \"https://id.example/in\" ]; "

static const struct {
	const char *options;
	const char *answer;
	int32_t verdict;
} verdicts[] = {
	{ BASE, "200" JSON "{\"version\":\"1\"}", APAM_VERDICT_ACCEPTED },
	{ BASE, "204\n\n", APAM_VERDICT_ACCEPTED },
	/* The end of a login redirect that somebody followed. */
	{ BASE, "200" HTML, APAM_VERDICT_UNKNOWN },
	{ BASE, "200" JSON "<!DOCTYPE html>", APAM_VERDICT_UNKNOWN },
	{ BASE, "200\nContent-Type: text/csv\n\na,b", APAM_VERDICT_UNKNOWN },
	{ BASE, "401" JSON ERROR, APAM_VERDICT_REJECTED },
	{ BASE, "401\n\n", APAM_VERDICT_REJECTED },
	{ BASE, "401" HTML, APAM_VERDICT_SUSPECT },
	{ BASE, "403" JSON ERROR, APAM_VERDICT_FORBIDDEN },
	{ BASE, "403" HTML, APAM_VERDICT_FORBIDDEN },
	{ BASE, "400" JSON ERROR, APAM_VERDICT_ACCEPTED },
	{ BASE, "400" HTML, APAM_VERDICT_UNKNOWN },
	{ BASE, "400" JSON "<html>", APAM_VERDICT_UNKNOWN },
	{ BASE, "404" JSON ERROR, APAM_VERDICT_ACCEPTED },
	{ BASE, "404" HTML, APAM_VERDICT_UNKNOWN },
	{ BASE, "429" JSON ERROR, APAM_VERDICT_THROTTLED },
	{ BASE, "500" JSON ERROR, APAM_VERDICT_UNKNOWN },
	{ BASE, "502" HTML, APAM_VERDICT_UNKNOWN },
	/* Missing slash: says nothing. */
	{ BASE, "301\nLocation: /api/version/\n\n", APAM_VERDICT_UNKNOWN },
	{ BASE, "302\n\n", APAM_VERDICT_UNKNOWN },
	{ BASE, "302\nLocation: /app/login\n\n", APAM_VERDICT_SUSPECT },
	{ BASE, "302\nLocation: /app/login/\n\n", APAM_VERDICT_SUSPECT },
	{ BASE, "302\nLocation: /app/login?next=/api/\n\n",
	    APAM_VERDICT_SUSPECT },
	{ BASE, "302\nLocation: /accounts/login/?next=/app/\n\n",
	    APAM_VERDICT_SUSPECT },
	{ BASE, "302\nLocation: /accounts/login?next=/app/\n\n",
	    APAM_VERDICT_SUSPECT },
	{ BASE, "302\nLocation: https://seed.example/app/login\n\n",
	    APAM_VERDICT_SUSPECT },
	{ BASE, "302\nLocation: //seed.example/app/login\n\n",
	    APAM_VERDICT_SUSPECT },
	{ BASE, "307\nLocation: HTTP://seed.example/app/login\n\n",
	    APAM_VERDICT_SUSPECT },
	{ BASE, "302\nLocation: /app/logins\n\n", APAM_VERDICT_UNKNOWN },
	{ BASE, "302\nLocation: /x/app/login\n\n", APAM_VERDICT_UNKNOWN },
	{ BASE, "302\nLocation: https://app/login\n\n", APAM_VERDICT_UNKNOWN },
	{ BASE, "302\nLocation: https://seed.example\n\n",
	    APAM_VERDICT_UNKNOWN },
	{ BASE, "200\nLocation: /app/login\nContent-Type: a/json\n\n{}",
	    APAM_VERDICT_UNKNOWN },
	{ BASE OWN, "302\nLocation: /app/login\n\n", APAM_VERDICT_UNKNOWN },
	{ BASE OWN, "302\nLocation: /sso/start\n\n", APAM_VERDICT_SUSPECT },
	{ BASE OWN, "302\nLocation: https://id.example/in?x\n\n",
	    APAM_VERDICT_SUSPECT },
	{ BASE OWN, "302\nLocation: https://id.example/inn\n\n",
	    APAM_VERDICT_UNKNOWN },
	{ BASE OWN, "302\nLocation: https://other.example/in\n\n",
	    APAM_VERDICT_UNKNOWN },
};

START_TEST(judges)
{
	const char *reason;
	int32_t verdict;

	open_with(verdicts[_i].options, KEY);
	verdict = drive_judge(&d, verdicts[_i].answer, &reason);
	ck_assert_msg(verdict == verdicts[_i].verdict, "%s: %s",
	    verdicts[_i].answer, apam_verdict_name(verdict));
	ck_assert_ptr_nonnull(reason);
}
END_TEST

/* ---- Memory that runs out --------------------------------------------- */

/* Two texts make the credential, one a signature. */
START_TEST(survives_no_memory)
{
	struct apam_request_view request = drive_request("GET", "/");
	struct apam_signing out;
	struct op op;

	open_with(BASE, KEY);
	drive_limit_texts(&d, _i);
	op_init(&op, OP_ACQUIRE, false, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL),
	    _i < 2 ? APAM_STEP_FAILED : APAM_STEP_DONE);
	ck_assert_int_eq(op.error.status, _i < 2 ? APAM_E_MEMORY : APAM_OK);
	op_free(&op);

	drive_limit_texts(&d, 0);
	ck_assert_int_eq(drive_sign(&d, &request, "t", &out), APAM_E_MEMORY);
	ck_assert_uint_eq(out.headers.count, 0);
	signing_free(&out);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("basic-email-key");
	TCase *tc = tcase_create("module");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, refuses_options, 0, ROWS(bad_options));
	tcase_add_loop_test(tc, makes_the_credential, 0, ROWS(credentials));
	tcase_add_test(tc, signs_with_basic);
	tcase_add_test(tc, adds_what_lacks);
	tcase_add_loop_test(tc, judges, 0, ROWS(verdicts));
	tcase_add_loop_test(tc, survives_no_memory, 0, 3);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
