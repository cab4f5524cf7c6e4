/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the module key-secret-archiveable: its modes, what the
 * authentication endpoint answers (tests/vectors/key-secret-archiveable/auth,
 * a folder each), which requests a read key may make, and judging.
 */
#include "support/cases.h"
#include "support/drive_open.h"
#include "support/refused.h"
#include "support/run.h"

#define VECTORS "tests/vectors/key-secret-archiveable/auth"
#define SECRET "FAKE \"secret&"
#define URL "https://api.example/api/v1/auth"
#define BASE "key = \"a key\"; secret = \"env:FAKE\"; "
#define EXCHANGE BASE "exchange = { url = \"" URL "\"; "
#define PLAIN EXCHANGE "}; "
#define HEADERS BASE "mode = \"headers\"; "
#define BASIC BASE "mode = \"basic\"; "
#define JSON "\nContent-Type: application/json\n\n"

static struct drive d;
static const struct apam_module *module;
static struct cases cases;

static void
setup(void)
{
	module = drive_load("modules/key-secret-archiveable.so");
}

static void
teardown(void)
{
	drive_close(&d);
}

static void
open_with(const char *text)
{
	drive_must_open(&d, module, text, SECRET);
}

/* ---- Options ---------------------------------------------------------- */

#define WRITES(rule) HEADERS "writes = ( " rule " ); "

static const struct {
	const char *text;
	const char *why; /* a part of the message */
} bad_options[] = {
	{ BASE, "url is missing" },
	{ BASE "exchange = { encoding = \"form\"; };", "url is missing" },
	{ EXCHANGE "token_pointer = \"idToken\"; };", "token_pointer" },
	{ EXCHANGE "token_pointer = \"/a~2\"; };", "token_pointer" },
	{ EXCHANGE "token_pointer = \"/a~\"; };", "token_pointer" },
	{ EXCHANGE "expires_pointer = \"expires\"; };", "expires_pointer" },
	{ EXCHANGE "key_field = \"a\"; secret_field = \"a\"; };",
	    "are the same" },
	{ EXCHANGE "encoding = \"xml\"; };", "encoding" },
	{ HEADERS "headers = { key = \"X Key\"; };", "not a header name" },
	{ HEADERS "headers = { key = \"X-Key:\"; };", "not a header name" },
	{ HEADERS "headers = { secret = \"X-Schl\xc3\xbcssel\"; };",
	    "not a header name" },
	{ HEADERS "headers = { secret = \"host\"; };", "not a header name" },
	{ HEADERS "headers = { key = \"Content-Length\"; };",
	    "not a header name" },
	{ HEADERS "headers = { secret = \"x-api-key\"; };", "the same header" },
	{ "key = \"a:b\"; secret = \"env:FAKE\"; mode = \"basic\";", "colon" },
	{ HEADERS "access = \"admin\";", "access" },
	{ WRITES("{ methods = [ \"PO ST\" ]; }"), "is not a method" },
	{ WRITES("{ paths = [ \"api\" ]; }"), "does not begin" },
	{ WRITES("{ paths = [ \"!api\" ]; }"), "does not begin" },
	{ WRITES("{ paths = [ \"/a/../b\" ]; }"), "dot segment" },
	{ WRITES("{ paths = [ \"/a//b\" ]; }"), "empty" },
	{ WRITES("{ paths = [ \"/a%20b\" ]; }"), "plain path" },
	{ WRITES("{ paths = [ \"/a?b\" ]; }"), "plain path" },
	{ WRITES("{ paths = [ \"/a*\" ]; }"), "part of a segment" },
	{ WRITES("{ paths = [ \"/**/a\" ]; }"), "before its last" },
	{ WRITES("{ paths = [ \"/a\" ]; }, { paths = [ \"b\" ]; }"),
	    "element 2" },
};

START_TEST(refuses_options)
{
	drive_must_refuse(&d, module, bad_options[_i].text, SECRET,
	    bad_options[_i].why, "FAKE");
}
END_TEST

START_TEST(refuses_a_bad_secret)
{
	ck_assert_int_eq(drive_open(&d, module, HEADERS, "FAKE\r\nX-Evil: 1"),
	    APAM_E_CONFIG);
	ck_assert(drive_holds(d.refusal, "control character"));
	ck_assert(!drive_holds(d.refusal, "FAKE"));
}
END_TEST

/* ---- Mode exchange ---------------------------------------------------- */

static const struct {
	const char *options;
	const char *type;
	const char *body;
} requests[] = {
	{ PLAIN, "application/json",
	    "{\"ApiKey\":\"a key\",\"ApiSecret\":\"FAKE \\\"secret&\"}" },
	{ EXCHANGE "encoding = \"form\"; };",
	    "application/x-www-form-urlencoded",
	    "ApiKey=a+key&ApiSecret=FAKE+%22secret%26" },
	{ EXCHANGE "key_field = \"k\"; secret_field = \"s\"; };",
	    "application/json",
	    "{\"k\":\"a key\",\"s\":\"FAKE \\\"secret&\"}" },
};

START_TEST(asks_for_a_token)
{
	struct op op;

	open_with(requests[_i].options);
	op_init(&op, OP_ACQUIRE, true, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
	ck_assert_str_eq(op.exchange.method, "POST");
	ck_assert_str_eq(buf_view(&op.exchange.url).p, URL);
	ck_assert_str_eq(buf_view(&op.exchange.body).p, requests[_i].body);
	ck_assert_str_eq(drive_field(&op.exchange.headers, "Content-Type"),
	    requests[_i].type);
	op_free(&op);
}
END_TEST

START_TEST(reads_every_answer)
{
	const char *name = cases.list[_i]->d_name;
	char *response = cases_read(&cases, _i, "response");
	char *expected = cases_read(&cases, _i, "expected");
	char got[1024];
	struct op op;
	int32_t step;

	open_with(PLAIN);
	op_init(&op, OP_ACQUIRE, true, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
	step = drive_step(&d, &op, response);
	cases_describe(&op, step, got, sizeof(got));
	ck_assert_msg(strcmp(got, expected) == 0, "%s: got\n%s", name, got);
	ck_assert(!drive_holds(op.error.text, "CANARY"));
	ck_assert(!drive_holds(op.error.text, "FAKE"));
	op_free(&op);
	free(expected);
	free(response);
}
END_TEST

START_TEST(follows_the_pointers)
{
	struct op op;

	open_with(EXCHANGE "token_pointer = \"/data/0/a~1b\";"
			   "expires_pointer = \"/data/1\"; };");
	op_init(&op, OP_ACQUIRE, true, NULL);
	(void)drive_step(&d, &op, NULL);
	ck_assert_int_eq(
	    drive_step(&d, &op, "200" JSON "{\"data\":[{\"a/b\":\"t\"},77]}"),
	    APAM_STEP_DONE);
	ck_assert_str_eq(buf_view(&op.credential).p, "t");
	ck_assert_int_eq(op.lifetime, 77);
	op_free(&op);
}
END_TEST

static const struct {
	const char *answer;
	enum apam_key_state state;
	const char *evidence;
} mints[] = {
	{ "200" JSON "{\"idToken\":\"t\"}", APAM_KEY_GOOD, "fresh token" },
	{ "401" JSON "{}", APAM_KEY_REVOKED, "archived" },
	{ "403" JSON "{}", APAM_KEY_REVOKED, "archived" },
	{ "403\nContent-Type: text/html\n\n<p>", APAM_KEY_UNKNOWN, "HTML" },
	{ "302\nLocation: /\n\n", APAM_KEY_UNKNOWN, "redirect" },
	{ "429\n\n", APAM_KEY_UNKNOWN, "too many" },
	{ "503\n\n", APAM_KEY_UNKNOWN, "fault of its own" },
	{ "200" JSON "{}", APAM_KEY_UNKNOWN, "no token" },
};

/* Nobody was asked about the key: a file is to be changed. */
static const char *const misled[] = { "400" JSON "{}", "404" JSON "{}",
	"410\n\n", "200\nContent-Type: text/html\n\n<p>" };

START_TEST(a_wrong_exchange_is_a_fault_of_configuration)
{
	struct op op;

	open_with(PLAIN);
	op_init(&op, OP_CHECK, true, NULL);
	(void)drive_step(&d, &op, NULL);
	ck_assert_int_eq(drive_step(&d, &op, misled[_i]), APAM_STEP_FAILED);
	ck_assert_int_eq(op.error.status, APAM_E_CONFIG);
	op_free(&op);
}
END_TEST

START_TEST(mints_to_check)
{
	struct op op;

	open_with(PLAIN);
	op_init(&op, OP_CHECK, true, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
	ck_assert_int_eq(drive_step(&d, &op, mints[_i].answer), APAM_STEP_DONE);
	ck_assert_msg(op.key_state == mints[_i].state, "%s: %s",
	    mints[_i].answer, apam_key_state_name(op.key_state));
	ck_assert_msg(drive_holds(op.evidence, mints[_i].evidence), "%s: %s",
	    mints[_i].answer, op.evidence);
	op_free(&op);
}
END_TEST

/* ---- Modes headers and basic ------------------------------------------ */

static const struct {
	const char *options;
	const char *credential;
	const char *first, *first_value;
	const char *second, *second_value; /* "" where there is none */
} signatures[] = {
	{ HEADERS, SECRET, "X-Api-Key", "a key", "X-Api-Secret", SECRET },
	{ HEADERS "headers = { key = \"K\"; secret = \"S\"; };", SECRET, "K",
	    "a key", "S", SECRET },
	/* base64 of: a key:FAKE "secret& */
	{ BASIC, "YSBrZXk6RkFLRSAic2VjcmV0Jg==", "Authorization",
	    "Basic YSBrZXk6RkFLRSAic2VjcmV0Jg==", "X-Api-Secret", "" },
};

START_TEST(signs_without_exchange)
{
	struct apam_request_view request = drive_request("GET", "/");
	struct apam_signing out;
	struct op op;

	open_with(signatures[_i].options);
	op_init(&op, OP_ACQUIRE, false, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_DONE);
	ck_assert(op.lifetime == APAM_FOREVER);
	ck_assert_str_eq(buf_view(&op.credential).p, signatures[_i].credential);
	ck_assert_int_eq(
	    drive_sign(&d, &request, buf_view(&op.credential).p, &out),
	    APAM_OK);
	ck_assert_ptr_null(signing_refused(&out));
	ck_assert_str_eq(drive_field(&out.headers, signatures[_i].first),
	    signatures[_i].first_value);
	ck_assert_str_eq(drive_field(&out.headers, signatures[_i].second),
	    signatures[_i].second_value);
	signing_free(&out);
	op_free(&op);
}
END_TEST

START_TEST(signs_with_bearer)
{
	struct apam_request_view request = drive_request("GET", "/");
	struct apam_signing out;

	open_with(PLAIN);
	ck_assert_int_eq(drive_sign(&d, &request, "tok", &out), APAM_OK);
	ck_assert_uint_eq(out.headers.count, 1);
	ck_assert_str_eq(
	    drive_field(&out.headers, "Authorization"), "Bearer tok");
	signing_free(&out);
}
END_TEST

START_TEST(leaves_checks_to_the_probe)
{
	const char *const options[] = { HEADERS, BASIC };
	struct op op;

	open_with(options[_i]);
	op_init(&op, OP_CHECK, true, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_DONE);
	ck_assert_int_eq(op.key_state, APAM_KEY_UNKNOWN);
	ck_assert(drive_holds(op.evidence, "probe"));
	op_free(&op);
}
END_TEST

/* ---- Access ----------------------------------------------------------- */

/* XY Sense's query is a POST that reads. */
#define QUERY WRITES("{ paths = [ \"!/api/v1/query\" ]; }")
#define OCCUPANCY                                                              \
	WRITES("{ methods = [ \"PUT\", \"delete\" ]; }, "                      \
	       "{ methods = [ \"POST\" ]; "                                    \
	       "paths = [ \"/api/v1/occupancy/**\", \"/x/*/y\" ]; }")
#define ALL WRITES("{ methods = [ \"*\" ]; paths = [ \"/admin/**\" ]; }")

static const struct {
	const char *options;
	const char *method, *target;
	bool refused;
} accesses[] = {
	/* Without rules. */
	{ HEADERS, "GET", "/a", false },
	{ HEADERS, "HEAD", "/a", false },
	{ HEADERS, "OPTIONS", "/a", false },
	{ HEADERS, "POST", "/a", true },
	{ HEADERS, "PUT", "/a", true },
	{ HEADERS, "PATCH", "/a", true },
	{ HEADERS, "DELETE", "/a", true },
	{ HEADERS, "get", "/a", true },
	{ HEADERS, "PURGE", "/a", true },
	{ HEADERS "access = \"read\";", "POST", "/a", true },
	{ HEADERS "access = \"write\";", "POST", "/a", false },
	{ QUERY "access = \"write\";", "DELETE", "/a/../b", false },
	/* One path taken out. */
	{ QUERY, "POST", "/api/v1/query", false },
	{ QUERY, "POST", "/api/v1/query?x=/../", false },
	{ QUERY, "POST", "/api/v1/query/", false },
	{ QUERY, "POST", "/api/v1/quer%79", false },
	{ QUERY, "PUT", "/api/v1/query", false },
	{ QUERY, "GET", "/api/v1/other", false },
	{ QUERY, "POST", "/api/v1/other", true },
	{ QUERY, "POST", "/", true },
	{ QUERY, "POST", "/api/v1/Query", true },
	{ QUERY, "POST", "/api/v1/query/more", true },
	{ QUERY, "POST", "/api/v1", true },
	{ QUERY, "POST", "/other?/api/v1/query", true },
	{ QUERY, "POST", "/api/v1/query/../other", true },
	{ QUERY, "POST", "/api/v1/x/../query", true },
	{ QUERY, "POST", "/api/v1/./query", true },
	{ QUERY, "POST", "/api/v1/%2e%2E/query", true },
	{ QUERY, "POST", "/api//v1/query", true },
	{ QUERY, "POST", "/api/v1/query//", true },
	{ QUERY, "POST", "/api/v1%2fquery", true },
	{ QUERY, "POST", "/api/v1/query%2f..%2fother", true },
	{ QUERY, "POST", "/api/v1/query;x=1", true },
	{ QUERY, "POST", "/api/v1/query%3bx", true },
	{ QUERY, "POST", "/api/v1/query%00", true },
	{ QUERY, "POST", "/api/v1/query%0a", true },
	{ QUERY, "POST", "/api/v1/quer%2579", true },
	{ QUERY, "POST", "/api/v1/query%", true },
	{ QUERY, "POST", "/api/v1/query%7", true },
	{ QUERY, "POST", "/api/v1/query%zz", true },
	{ QUERY, "POST", "/api/v1/query%3fx", true },
	{ QUERY, "POST", "/api\\v1\\query", true },
	{ OCCUPANCY, "POST", "/x/1/%ef%bd%99", true },
	{ OCCUPANCY, "POST", "/api/v1/%c1%afccupancy", true },
	{ OCCUPANCY, "POST",
	    "/api/v1/\xef\xbd\x8f"
	    "ccupancy",
	    true },
	{ OCCUPANCY, "GET", "/api/v1/Z%c3%bcrich", false },
	/* Rules by method and path. */
	{ OCCUPANCY, "PUT", "/anything", true },
	{ OCCUPANCY, "put", "/anything", true },
	{ OCCUPANCY, "DELETE", "/anything", true },
	{ OCCUPANCY, "GET", "/api/v1/occupancy/1", false },
	{ OCCUPANCY, "POST", "/api/v1/query", false },
	{ OCCUPANCY, "POST", "/api/v1/occupancy", true },
	{ OCCUPANCY, "POST", "/api/v1/occupancy/", true },
	{ OCCUPANCY, "POST", "/api/v1/occupancy/1/2", true },
	{ OCCUPANCY, "POST", "/API/V1/Occupancy/1", true },
	{ OCCUPANCY, "POST", "/api/v1/occup%61ncy/1", true },
	{ OCCUPANCY, "POST", "/api/v1/occupancy%2f1", true },
	{ OCCUPANCY, "POST", "/api/v1/occup%2561ncy", true },
	{ OCCUPANCY, "POST", "/api/v1/query/../occupancy/1", true },
	{ OCCUPANCY, "POST", "//api/v1/occupancy/1", true },
	{ OCCUPANCY, "POST", "/api/v1/occupancy;a/1", true },
	{ OCCUPANCY, "POST", "/api/v1/occupancies", false },
	{ OCCUPANCY, "POST", "/api/v1", false },
	{ OCCUPANCY, "POST", "/x/1/y", true },
	{ OCCUPANCY, "POST", "/x/%2a/y", true },
	{ OCCUPANCY, "POST", "/x/1/2/y", false },
	{ OCCUPANCY, "POST", "/x/y", false },
	{ OCCUPANCY, "POST", "/x/1/y/z", false },
	{ ALL, "GET", "/admin/users", true },
	{ ALL, "GET", "/admin", true },
	{ ALL, "GET", "/administrator", false },
	{ ALL, "POST", "/", false },
	{ ALL, "GET", "/a;b/c", true },
};

START_TEST(guards_read_keys)
{
	struct apam_request_view request = drive_request(
	    accesses[_i].method, accesses[_i].target);
	struct apam_signing out;
	int32_t status;

	open_with(accesses[_i].options);
	signing_init(&out);
	status = module->prepare(d.state, &request, &out);
	ck_assert_msg(
	    status == (accesses[_i].refused ? APAM_E_POLICY : APAM_OK),
	    "%s %s: status %x", accesses[_i].method, accesses[_i].target,
	    status);
	ck_assert_int_eq(out.error.status, status);
	if (accesses[_i].refused) {
		ck_assert(drive_holds(out.error.text, "read-only"));
		ck_assert(drive_holds(out.error.text, accesses[_i].method));
	}
	signing_free(&out);
}
END_TEST

static const struct {
	const char *options;
	const char *header;
	bool refused;
} overrides[] = {
	{ HEADERS, "X-HTTP-Method-Override", true },
	{ HEADERS, "x-http-method", true },
	{ HEADERS, "X-METHOD-OVERRIDE", true },
	{ QUERY, "X-HTTP-Method-Override", true },
	{ HEADERS, "X-Method", false },
	{ HEADERS "access = \"write\";", "X-HTTP-Method-Override", false },
};

/* Some servers take the method from a header. */
START_TEST(guards_against_overrides)
{
	const struct apam_header header = { apam_str(overrides[_i].header),
		APAM_STR("DELETE") };
	struct apam_request_view request = drive_request("GET", "/a");
	struct apam_signing out;

	open_with(overrides[_i].options);
	request.headers = &header;
	request.header_count = 1;
	signing_init(&out);
	ck_assert_msg(module->prepare(d.state, &request, &out) ==
		(overrides[_i].refused ? APAM_E_POLICY : APAM_OK),
	    "%s", overrides[_i].header);
	signing_free(&out);
}
END_TEST

/* ---- Judging ---------------------------------------------------------- */

static const struct {
	const char *answer;
	int32_t verdict;
} verdicts[] = {
	{ "200" JSON "{}", APAM_VERDICT_ACCEPTED },
	{ "200\nContent-Type: text/html\n\n<p>", APAM_VERDICT_UNKNOWN },
	{ "204\n\n", APAM_VERDICT_ACCEPTED },
	{ "302\nLocation: /login\n\n", APAM_VERDICT_UNKNOWN },
	{ "400" JSON "{}", APAM_VERDICT_UNKNOWN },
	{ "401" JSON "{}", APAM_VERDICT_REJECTED },
	{ "401\n\n", APAM_VERDICT_REJECTED },
	{ "401\nContent-Type: text/html\n\n<p>", APAM_VERDICT_SUSPECT },
	{ "403" JSON "{}", APAM_VERDICT_FORBIDDEN },
	{ "404" JSON "{}", APAM_VERDICT_ACCEPTED },
	{ "404\nContent-Type: text/html\n\n<p>", APAM_VERDICT_UNKNOWN },
	{ "429\n\n", APAM_VERDICT_THROTTLED },
	{ "500" JSON "{}", APAM_VERDICT_UNKNOWN },
	{ "503\nContent-Type: text/html\n\n<p>", APAM_VERDICT_UNKNOWN },
};

START_TEST(judges)
{
	const char *reason;
	int32_t verdict;

	open_with(PLAIN);
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

	open_with(BASIC);
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
	Suite *suite = suite_create("key-secret-archiveable");
	TCase *tc = tcase_create("module");

	cases_find(&cases, VECTORS);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, refuses_options, 0, ROWS(bad_options));
	tcase_add_test(tc, refuses_a_bad_secret);
	tcase_add_loop_test(tc, asks_for_a_token, 0, ROWS(requests));
	tcase_add_loop_test(tc, reads_every_answer, 0, cases.count);
	tcase_add_test(tc, follows_the_pointers);
	tcase_add_loop_test(
	    tc, a_wrong_exchange_is_a_fault_of_configuration, 0, ROWS(misled));
	tcase_add_loop_test(tc, mints_to_check, 0, ROWS(mints));
	tcase_add_loop_test(tc, signs_without_exchange, 0, ROWS(signatures));
	tcase_add_test(tc, signs_with_bearer);
	tcase_add_loop_test(tc, leaves_checks_to_the_probe, 0, 2);
	tcase_add_loop_test(tc, guards_read_keys, 0, ROWS(accesses));
	tcase_add_loop_test(tc, guards_against_overrides, 0, ROWS(overrides));
	tcase_add_loop_test(tc, judges, 0, ROWS(verdicts));
	tcase_add_loop_test(tc, survives_no_memory, 0, 3);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
