/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the module api-key: where a key goes and which keys can go there,
 * several at once, and what answers say of the key.
 */
#include "support/drive_open.h"
#include "support/refused.h"
#include "support/run.h"

#define KEY "FAKE-key"
#define HEADER "key = \"env:FAKE\"; header = \"X-Api-Key\"; "
#define QUERY "key = \"env:FAKE\"; query = \"api_key\"; "
#define COOKIE "key = \"env:FAKE\"; cookie = \"session\"; "

static struct drive d;
static const struct apam_module *module;

static void
setup(void)
{
	module = drive_load("modules/api-key.so");
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

#define ALSO(member) HEADER "also = ( { " member " } );"
#define REFUSAL(member) HEADER "refusals = ( { " member " } );"
#define POINTER "pointer = \"/a\"; "
#define VALUE "value = \"b\"; "

static const struct {
	const char *text;
	const char *key;
	const char *why; /* a part of the message */
} bad_options[] = {
	{ "header = \"X-Api-Key\";", KEY, "key" },
	{ "key = \"env:FAKE\";", KEY, "say where the key goes" },
	{ HEADER "query = \"a\";", KEY, "one place too many" },
	{ HEADER "cookie = \"a\";", KEY, "one place too many" },
	{ QUERY "cookie = \"a\";", KEY, "one place too many" },
	{ HEADER "query = \"a\"; cookie = \"b\";", KEY, "too many" },
	/* Names. */
	{ "key = \"env:FAKE\"; header = \"X-Api-Key:\";", KEY,
	    "without the colon" },
	{ "key = \"env:FAKE\"; header = \"X Key\";", KEY, "name of a header" },
	{ "key = \"env:FAKE\"; header = \"X-K\xc3\xa9y\";", KEY,
	    "name of a header" },
	{ "key = \"env:FAKE\"; header = \"host\";", KEY, "sender" },
	{ "key = \"env:FAKE\"; header = \"Content-Length\";", KEY, "sender" },
	{ "key = \"env:FAKE\"; header = \"TRANSFER-ENCODING\";", KEY,
	    "sender" },
	{ "key = \"env:FAKE\"; header = \"Proxy-Authorization\";", KEY,
	    "sender" },
	{ "key = \"env:FAKE\"; header = \"Cookie\";", KEY,
	    "in the option cookie" },
	{ "key = \"env:FAKE\"; cookie = \"a b\";", KEY, "name of a cookie" },
	{ "key = \"env:FAKE\"; cookie = \"a=\";", KEY, "name of a cookie" },
	{ HEADER "prefix = \" Bearer\";", KEY, "begins with a space" },
	{ QUERY "prefix = \"Bearer \";", KEY, "is for a header" },
	{ COOKIE "prefix = \"Bearer \";", KEY, "is for a header" },
	/* Keys. */
	{ HEADER, "", "empty" },
	{ QUERY, "", "empty" },
	{ HEADER, "FAKE\nkey", "control character" },
	{ HEADER, "FAKE\x7f", "control character" },
	{ HEADER, " FAKE", "space" },
	{ HEADER, "FAKE ", "space" },
	{ HEADER "prefix = \"Bearer \";", "FAKE ", "space" },
	{ COOKIE, "FAKE key", "cookie cannot carry" },
	{ COOKIE, "FAKE;key", "cookie cannot carry" },
	{ COOKIE, "FAKE,key", "cookie cannot carry" },
	{ COOKIE, "FAKE\"key", "cookie cannot carry" },
	{ COOKIE, "FAKE\\key", "cookie cannot carry" },
	{ COOKIE, "FAKE\xc3\xa9", "cookie cannot carry" },
	/* More than one. */
	{ ALSO("header = \"B\";"), KEY, "is missing: give" },
	{ ALSO("text = \"t\";"), KEY, "say where the key goes" },
	{ ALSO("key = \"env:FAKE\"; text = \"t\"; header = \"B\";"), KEY,
	    "both given" },
	{ ALSO("text = \"t\"; header = \"Host\";"), KEY, "sender" },
	{ ALSO("text = \"t\"; header = \"x-api-KEY\";"), KEY, "used twice" },
	{ ALSO("text = \"t \"; header = \"B\";"), KEY, "space" },
	{ ALSO("text = \"t\"; header = \"B\"; query = \"q\";"), KEY,
	    "too many" },
	{ ALSO("text = \"t;\"; cookie = \"c\";"), KEY, "cookie" },
	{ QUERY "also = ( { text = \"t\"; query = \"api_key\"; } );", KEY,
	    "used twice" },
	/* Refusals. */
	{ REFUSAL(POINTER VALUE), KEY, "status" },
	{ REFUSAL("status = 302; " POINTER VALUE), KEY, "redirect" },
	{ REFUSAL("status = 429; " POINTER VALUE), KEY, "429" },
	{ REFUSAL("status = 199; " POINTER VALUE), KEY, "status" },
	{ REFUSAL("status = 500; " POINTER VALUE), KEY, "status" },
	{ REFUSAL("status = 400; " VALUE), KEY, "pointer" },
	{ REFUSAL("status = 400; pointer = \"a\"; " VALUE), KEY,
	    "not a JSON pointer" },
	{ REFUSAL("status = 400; pointer = \"/~2\"; " VALUE), KEY,
	    "not a JSON pointer" },
	{ REFUSAL("status = 400; " POINTER), KEY, "value" },
};

START_TEST(refuses_options)
{
	drive_must_refuse(&d, module, bad_options[_i].text, bad_options[_i].key,
	    bad_options[_i].why, "FAKE");
}
END_TEST

/* ---- The credential --------------------------------------------------- */

static const struct {
	const char *options, *credential;
} credentials[] = {
	{ HEADER, KEY },
	{ HEADER "also = ( { text = \"t\"; header = \"B\"; } );", KEY },
	/* Each key is a line. */
	{ HEADER "also = ( { text = \"t\"; header = \"B\"; }, "
		 "{ key = \"env:FAKE\"; query = \"q\"; }, "
		 "{ key = \"env:FAKE\"; cookie = \"c\"; } );",
	    KEY "\n" KEY "\n" KEY },
};

START_TEST(makes_the_credential)
{
	struct op op;

	open_with(credentials[_i].options, KEY);
	op_init(&op, OP_ACQUIRE, false, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_DONE);
	ck_assert_str_eq(
	    buf_view(&op.credential).p, credentials[_i].credential);
	ck_assert(op.lifetime == APAM_FOREVER);
	op_free(&op);
}
END_TEST

START_TEST(needs_memory)
{
	struct op op;

	open_with(HEADER, KEY);
	op_init(&op, OP_ACQUIRE, false, NULL);
	drive_limit_texts(&d, 0);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_FAILED);
	ck_assert_int_eq(op.error.status, APAM_E_MEMORY);
	op_free(&op);
}
END_TEST

/* ---- Signing ---------------------------------------------------------- */

static const struct {
	const char *options, *key; /* the credential */
	const char *name, *header; /* NULL: none */
	const char *parameter, *query;
} signatures[] = {
	{ HEADER, KEY, "X-Api-Key", KEY, NULL, NULL },
	{ HEADER, "a b", "X-Api-Key", "a b", NULL, NULL },
	{ HEADER, "\xc3\xa9", "X-Api-Key", "\xc3\xa9", NULL, NULL },
	{ "key = \"env:FAKE\"; header = \"Authorization\"; "
	  "prefix = \"Bearer \";",
	    KEY, "Authorization", "Bearer " KEY, NULL, NULL },
	{ "key = \"env:FAKE\"; header = \"Authorization\"; "
	  "prefix = \"Token token=\";",
	    KEY, "Authorization", "Token token=" KEY, NULL, NULL },
	{ QUERY, "a+b %&=/", NULL, NULL, "api_key", "a%2Bb%20%25%26%3D%2F" },
	/* Beside another. */
	{ HEADER "also = ( { text = \"app\"; query = \"id\"; } );", KEY,
	    "X-Api-Key", KEY, "id", "app" },
	{ QUERY "also = ( { key = \"env:FAKE\"; header = \"B\"; "
		"prefix = \"p-\"; } );",
	    "FAKE\nkey-2", "B", "p-key-2", "api_key", "FAKE" },
	{ QUERY "also = ( { text = \"t\"; header = \"B\"; } );", KEY, "B", "t",
	    "api_key", KEY },
};

START_TEST(signs)
{
	struct apam_request_view request = drive_request("GET", "/v1");
	struct apam_signing out;

	open_with(signatures[_i].options, KEY);
	ck_assert_int_eq(
	    drive_sign(&d, &request, signatures[_i].key, &out), APAM_OK);
	ck_assert_ptr_null(signing_refused(&out));
	ck_assert_uint_eq(
	    out.headers.count, signatures[_i].name != NULL ? 1 : 0);
	ck_assert_uint_eq(
	    out.query.count, signatures[_i].parameter != NULL ? 1 : 0);
	if (signatures[_i].name != NULL)
		ck_assert_str_eq(drive_field(&out.headers, signatures[_i].name),
		    signatures[_i].header);
	if (signatures[_i].parameter != NULL)
		ck_assert_str_eq(
		    drive_field(&out.query, signatures[_i].parameter),
		    signatures[_i].query);
	signing_free(&out);
}
END_TEST

START_TEST(sends_a_cookie)
{
	struct apam_request_view request = drive_request("GET", "/v1");
	struct apam_signing out;

	open_with(COOKIE, "a+b%&=/");
	ck_assert_int_eq(drive_sign(&d, &request, "a+b%&=/", &out), APAM_OK);
	ck_assert_ptr_null(signing_refused(&out));
	ck_assert_str_eq(drive_field(&out.cookies, "session"), "a+b%&=/");
	signing_free(&out);
}
END_TEST

START_TEST(is_static)
{
	ck_assert_uint_eq(
	    module->traits, APAM_TRAIT_STATIC | APAM_TRAIT_THREADS_PER_CALL);
	ck_assert(module->prepare == NULL);
}
END_TEST

/* ---- Judging ---------------------------------------------------------- */

#define JSON "\nContent-Type: application/json\n\n"
#define HTML "\nContent-Type: text/html\n\n<html>"
#define GOOGLE                                                                 \
	HEADER "refusals = ( { status = 400; "                                 \
	       "pointer = \"/error/details/0/reason\"; "                       \
	       "value = \"API_KEY_INVALID\"; }, "                              \
	       "{ status = 200; pointer = \"/status\"; value = \"7\"; }, "     \
	       "{ status = 403; pointer = \"/dead\"; value = \"true\"; } );"
#define REASON(reason) "{\"error\":{\"details\":[{\"reason\":\"" reason "\"}]}}"

static const struct {
	const char *options;
	const char *answer;
	enum apam_verdict verdict;
} verdicts[] = {
	{ HEADER, "200" JSON "{}", APAM_VERDICT_ACCEPTED },
	{ HEADER, "200" JSON "[]", APAM_VERDICT_ACCEPTED },
	{ HEADER, "204\n\n", APAM_VERDICT_ACCEPTED },
	{ HEADER, "200" HTML, APAM_VERDICT_UNKNOWN },
	{ HEADER, "200\nContent-Type: text/plain\n\nok", APAM_VERDICT_UNKNOWN },
	{ HEADER, "302\nLocation: /login\n\n", APAM_VERDICT_UNKNOWN },
	{ HEADER, "400" JSON REASON("API_KEY_INVALID"), APAM_VERDICT_UNKNOWN },
	{ HEADER, "401" JSON "{}", APAM_VERDICT_REJECTED },
	{ HEADER, "401\n\n", APAM_VERDICT_REJECTED },
	{ HEADER, "401" HTML, APAM_VERDICT_SUSPECT },
	{ HEADER, "403" JSON "{}", APAM_VERDICT_FORBIDDEN },
	{ HEADER, "404" JSON "{}", APAM_VERDICT_ACCEPTED },
	{ HEADER, "404" HTML, APAM_VERDICT_UNKNOWN },
	{ HEADER, "429" JSON "{}", APAM_VERDICT_THROTTLED },
	{ HEADER, "503" JSON "{}", APAM_VERDICT_UNKNOWN },
	/* What the options say is a refusal, and what is nearly one. */
	{ GOOGLE, "400" JSON REASON("API_KEY_INVALID"), APAM_VERDICT_REJECTED },
	{ GOOGLE, "400" JSON REASON("API_KEY_INVALID "), APAM_VERDICT_UNKNOWN },
	{ GOOGLE, "400" JSON REASON("api_key_invalid"), APAM_VERDICT_UNKNOWN },
	{ GOOGLE, "400" JSON REASON("OTHER"), APAM_VERDICT_UNKNOWN },
	{ GOOGLE, "400" JSON "{}", APAM_VERDICT_UNKNOWN },
	{ GOOGLE, "400" JSON "{", APAM_VERDICT_UNKNOWN },
	{ GOOGLE, "400\nContent-Type: text/plain\n\n" REASON("API_KEY_INVALID"),
	    APAM_VERDICT_UNKNOWN },
	{ GOOGLE, "422" JSON REASON("API_KEY_INVALID"), APAM_VERDICT_ACCEPTED },
	{ GOOGLE, "500" JSON REASON("API_KEY_INVALID"), APAM_VERDICT_UNKNOWN },
	{ GOOGLE, "200" JSON "{\"status\":7}", APAM_VERDICT_REJECTED },
	{ GOOGLE, "200" JSON "{\"status\":\"7\"}", APAM_VERDICT_REJECTED },
	{ GOOGLE, "200" JSON "{\"status\":70}", APAM_VERDICT_ACCEPTED },
	{ GOOGLE, "200" JSON "{\"status\":7.0}", APAM_VERDICT_ACCEPTED },
	{ GOOGLE, "200" JSON "{}", APAM_VERDICT_ACCEPTED },
	/* The host gave no body: it may have been a refusal. */
	{ GOOGLE, "200" JSON, APAM_VERDICT_UNKNOWN },
	{ GOOGLE, "200" JSON "{\"status\":", APAM_VERDICT_UNKNOWN },
	{ GOOGLE, "403" JSON "{\"dead\":true}", APAM_VERDICT_REJECTED },
	{ GOOGLE, "403" JSON "{\"dead\":false}", APAM_VERDICT_FORBIDDEN },
	{ GOOGLE, "403" JSON "{\"dead\":null}", APAM_VERDICT_FORBIDDEN },
	{ GOOGLE, "403" JSON, APAM_VERDICT_FORBIDDEN },
};

START_TEST(judges)
{
	const char *reason;
	enum apam_verdict verdict;

	open_with(verdicts[_i].options, KEY);
	verdict = drive_judge(&d, verdicts[_i].answer, &reason);
	ck_assert_msg(verdict == verdicts[_i].verdict, "%s: %s",
	    verdicts[_i].answer, apam_verdict_name(verdict));
	ck_assert_ptr_nonnull(reason);
	ck_assert(!drive_holds(reason, "FAKE"));
}
END_TEST

/* ---- Checking --------------------------------------------------------- */

static const struct {
	const char *options, *probe;
	const char *answer; /* NULL: nothing is asked */
	enum apam_key_state state;
	const char *evidence; /* a part of it */
} checks[] = {
	{ HEADER, "", NULL, APAM_KEY_UNKNOWN, "no probe is configured" },
	{ HEADER, "GET /me", "200" JSON "{}", APAM_KEY_GOOD,
	    "probe: the API answered" },
	{ HEADER, "GET /me", "200" JSON, APAM_KEY_UNKNOWN, "an empty answer" },
	{ HEADER, "HEAD /me", "200" JSON, APAM_KEY_GOOD, "the API answered" },
	{ HEADER, "GET /me", "401" JSON "{}", APAM_KEY_REVOKED, "401" },
	{ HEADER, "GET /me", "401" HTML, APAM_KEY_UNKNOWN, "perhaps not" },
	{ HEADER, "GET /me", "403" JSON "{}", APAM_KEY_UNKNOWN, "403" },
	{ HEADER, "GET /me", "302\nLocation: /login\n\n", APAM_KEY_UNKNOWN,
	    "redirect" },
	{ HEADER, "GET /me", "503\n\n", APAM_KEY_UNKNOWN, "fault of its own" },
	{ GOOGLE, "GET /me", "400" JSON REASON("API_KEY_INVALID"),
	    APAM_KEY_REVOKED, "refusals" },
};

START_TEST(checks_by_the_probe)
{
	struct op op;

	open_with(checks[_i].options, KEY);
	op_init(&op, OP_CHECK, false, NULL);
	op.pub.probe = apam_str(checks[_i].probe);
	if (checks[_i].answer != NULL) {
		ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
		ck_assert(op.probes);
		ck_assert_str_eq(buf_view(&op.credential).p, KEY);
	}
	ck_assert_int_eq(
	    drive_step(&d, &op, checks[_i].answer), APAM_STEP_DONE);
	ck_assert_msg(op.key_state == checks[_i].state, "%s: %s",
	    checks[_i].answer, op.evidence);
	ck_assert_msg(
	    drive_holds(op.evidence, checks[_i].evidence), "%s", op.evidence);
	op_free(&op);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("api-key");
	TCase *tc = tcase_create("module");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, refuses_options, 0, ROWS(bad_options));
	tcase_add_loop_test(tc, makes_the_credential, 0, ROWS(credentials));
	tcase_add_test(tc, needs_memory);
	tcase_add_loop_test(tc, signs, 0, ROWS(signatures));
	tcase_add_test(tc, sends_a_cookie);
	tcase_add_test(tc, is_static);
	tcase_add_loop_test(tc, judges, 0, ROWS(verdicts));
	tcase_add_loop_test(tc, checks_by_the_probe, 0, ROWS(checks));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
