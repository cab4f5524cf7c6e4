/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the module login-token: which options it takes, what its login
 * carries, what it makes of the answer, how requests carry the tokens, and how
 * a session is judged, checked and ended.
 */
#include "support/login_drive.h"

/* ---- Options ---------------------------------------------------------- */

#define SEND(member) LOGIN_PLAIN LOGIN_BEARER "send = ( { " member " } );"
#define CSRF(member)                                                           \
	LOGIN_PLAIN LOGIN_BEARER                                               \
	    "csrf = { url = \"https://api.example/c\"; " member " };"
#define TOKEN(member) LOGIN_PLAIN "token = ( { " member " } );"
#define LOGOUT(member) LOGIN_PLAIN LOGIN_BEARER "logout = { " member " };"
#define OUT "url = \"https://api.example/out\"; "
#define ENDED(member) LOGIN_PLAIN LOGIN_BEARER "ended = ( { " member " } );"

static const struct {
	const char *text;
	const char *why; /* a part of the message */
} bad_options[] = {
	{ LOGIN_PLAIN, "token" },
	{ LOGIN_WHO LOGIN_BEARER, "login" },
	{ LOGIN_GROUP("") LOGIN_BEARER, "the secret is sent by it" },
	{ LOGIN_GROUP("user_field = \"u\";") LOGIN_BEARER, "is sent by it" },
	{ LOGIN_GROUP(LOGIN_FIELDS "method = \"PATCH\";") LOGIN_BEARER,
	    "method" },
	{ LOGIN_GROUP(LOGIN_FIELDS "method = \"GET\";") LOGIN_BEARER,
	    "a GET does not have" },
	{ LOGIN_GROUP("user_field = \"p\"; secret_field = \"p\";") LOGIN_BEARER,
	    "used twice" },
	{ LOGIN_GROUP(LOGIN_FIELDS "status = 401;") LOGIN_BEARER, "refused" },
	{ LOGIN_GROUP(LOGIN_FIELDS "status = 403;") LOGIN_BEARER, "refused" },
	{ LOGIN_GROUP(LOGIN_FIELDS "status = 500;") LOGIN_BEARER, "status" },
	{ "secret = \"env:FAKE\"; login = { url = \"" LOGIN_URL
	  "\"; basic = true; }; " LOGIN_BEARER,
	    "needs a user" },
	{ "secret = \"env:FAKE\"; login = { url = \"" LOGIN_URL
	  "\"; " LOGIN_FIELDS "}; " LOGIN_BEARER,
	    "needs a user" },
	{ "user = \"a:b\"; secret = \"env:FAKE\"; login = { url = \"" LOGIN_URL
	  "\"; basic = true; }; " LOGIN_BEARER,
	    "colon" },
	/* Names of fields. */
	{ LOGIN_GROUP("user_field = \"/a~2\"; secret_field = \"p\";")
		LOGIN_BEARER,
	    "not a JSON pointer" },
	{ LOGIN_GROUP("user_field = \"/0/a\"; secret_field = \"p\";")
		LOGIN_BEARER,
	    "the body is an object" },
	{ LOGIN_GROUP("user_field = \"/a\"; secret_field = \"/a/b\";")
		LOGIN_BEARER,
	    "where another field is" },
	{ LOGIN_GROUP("user_field = \"/a/b\"; secret_field = \"/a\";")
		LOGIN_BEARER,
	    "where another field is" },
	{ LOGIN_GROUP("user_field = \"/a\"; secret_field = \"a\";")
		LOGIN_BEARER,
	    "where another field is" },
	{ LOGIN_GROUP("user_field = \"/a/b\"; secret_field = \"/a/0\";")
		LOGIN_BEARER,
	    "has a number" },
	{ LOGIN_GROUP("user_field = \"/a/0\"; secret_field = \"/a/b\";")
		LOGIN_BEARER,
	    "has a number" },
	{ LOGIN_GROUP("user_field = \"/a/0\"; secret_field = \"/a/2\";")
		LOGIN_BEARER,
	    "count from 0" },
	{ LOGIN_GROUP("user_field = \"/a/1\"; secret_field = \"b\";")
		LOGIN_BEARER,
	    "count from 0" },
	{ LOGIN_GROUP("user_field = \"/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q\"; "
		      "secret_field = \"p\";") LOGIN_BEARER,
	    "more than 16" },
	/* What else is sent. */
	{ SEND("field = \"a\";"), "text, json, secret and value" },
	{ SEND("text = \"a\"; value = \"user\"; field = \"a\";"), "exactly" },
	{ SEND("text = \"a\";"), "field, header and query" },
	{ SEND("text = \"a\"; field = \"a\"; query = \"a\";"), "exactly one" },
	{ SEND("text = \"a\"; field = \"u\";"), "used twice" },
	{ SEND("text = \"a\"; header = \"Host\";"), "sender" },
	{ SEND("text = \"a\"; header = \"Cookie\";"), "csrf" },
	{ SEND("text = \"a\"; header = \"A B\";"), "name of a header" },
	{ SEND("text = \"a\"; query = \"q\"; prefix = \"b\";"),
	    "for a header" },
	{ SEND("text = \"a\"; header = \"A\"; prefix = \" b\";"), "space" },
	{ SEND("json = \"1\"; header = \"A\";"), "field of a body" },
	{ SEND("json = \"one\"; field = \"a\";"), "not JSON" },
	{ SEND("json = \"{\"; field = \"a\";"), "not JSON" },
	{ SEND("json = \"1 2\"; field = \"a\";"), "not JSON" },
	{ SEND("value = \"key\"; field = \"a\";"), "value" },
	{ SEND("text = \"a\"; header = \"A\"; }, { text = \"b\"; "
	       "header = \"a\";"),
	    "used twice" },
	{ LOGIN_GROUP("basic = true; ") LOGIN_BEARER
	    "send = ( { text = \"a\"; header = \"authorization\"; } );",
	    "basic sends already" },
	{ LOGIN_GROUP(LOGIN_FIELDS "encoding = \"form\"; ") LOGIN_BEARER
	    "send = ( { json = \"1\"; field = \"a\"; } );",
	    "body of JSON" },
	/* The request before it. */
	{ CSRF("field = \"c\";"), "from_pointer, from_header and" },
	{ CSRF("from_cookie = \"c\"; from_header = \"c\"; field = \"c\";"),
	    "exactly one" },
	{ CSRF("from_cookie = \"c\";"), "field and header" },
	{ CSRF("from_cookie = \"c\"; field = \"a\"; header = \"b\";"),
	    "exactly one" },
	{ CSRF("from_cookie = \"a b\"; field = \"c\";"), "name of a header" },
	{ CSRF("from_pointer = \"a\"; field = \"c\";"), "JSON pointer" },
	{ CSRF("from_cookie = \"c\"; field = \"u\";"), "used twice" },
	{ CSRF("from_cookie = \"c\"; header = \"Cookie\";"), "csrf" },
	/* Tokens. */
	{ TOKEN("header = \"A\";"), "exactly one is needed" },
	{ TOKEN("from_body = false;"), "exactly one is needed" },
	{ TOKEN("from_pointer = \"/a\"; from_body = true;"), "exactly one" },
	{ TOKEN("from_pointer = \"/a\"; from_header = \"a\";"), "exactly one" },
	{ TOKEN("from_pointer = \"a\";"), "JSON pointer" },
	{ TOKEN("from_header = \"A B\";"), "name of a header" },
	{ TOKEN("from_cookie = \"a=b\";"), "name of a header or a cookie" },
	{ TOKEN("from_header = \"Content-Length\";"), "sender" },
	{ TOKEN("from_pointer = \"/a\"; header = \"Cookie\";"), "cookie" },
	{ TOKEN("from_pointer = \"/a\"; header = \"A\"; cookie = \"b\";"),
	    "one place too many" },
	{ TOKEN("from_pointer = \"/a\"; cookie = \"a b\";"),
	    "name of a cookie" },
	{ TOKEN("from_pointer = \"/a\"; prefix = \"T \";"), "in the option" },
	{ TOKEN("from_pointer = \"/a\"; header = \"A\"; prefix = \" T\";"),
	    "space" },
	{ TOKEN("from_header = \"A\"; }, { from_pointer = \"/a\"; "
		"header = \"a\";"),
	    "another token" },
	{ TOKEN("from_body = true; }, { from_pointer = \"/a\";"),
	    "another token" },
	{ LOGIN_PLAIN LOGIN_BEARER "lifetime = { unit = \"unix\"; };",
	    "pointer" },
	{ LOGIN_PLAIN LOGIN_BEARER "lifetime = { pointer = \"a\"; };",
	    "JSON pointer" },
	{ LOGIN_PLAIN LOGIN_BEARER
	    "lifetime = { pointer = \"/a\"; unit = \"days\"; };",
	    "unit" },
	/* Its end. */
	{ LOGOUT("method = \"POST\";"), "url and from_header" },
	{ LOGOUT(OUT "from_header = \"Location\";"), "exactly one" },
	{ LOGOUT("from_header = \"A B\";"), "name of a header" },
	{ LOGOUT("from_header = \"Location\"; token_in_path = true;"),
	    "needs a url" },
	{ LOGOUT("url = \"https://api.example/out?a=b\"; "
		 "token_in_path = true;"),
	    "needs a url" },
	{ LOGOUT("url = \"https://api.example/out/\"; token_in_path = true;"),
	    "needs a url" },
	{ LOGOUT(OUT "token_header = \"A B\";"), "name of a header" },
	{ LOGOUT(OUT "token_header = \"authorization\";"), "a token in it" },
	{ LOGOUT(OUT "json = \"{\";"), "not JSON" },
	{ LOGOUT(OUT "json = \"{}\"; method = \"GET\";"), "a GET does not" },
	{ ENDED("pointer = \"/a\"; value = \"b\";"), "status" },
	{ ENDED("status = 200;"), "is a success" },
	{ ENDED("status = 302;"), "redirect" },
	{ ENDED("status = 403; pointer = \"/a\";"), "given together" },
	{ ENDED("status = 403; value = \"a\";"), "given together" },
	{ ENDED("status = 403; pointer = \"a\"; value = \"a\";"),
	    "JSON pointer" },
	{ LOGIN_PLAIN LOGIN_BEARER
	    "refusals = ( { status = 429; pointer = \"/a\"; value = \"a\"; } );",
	    "429" },
	{ LOGIN_PLAIN LOGIN_BEARER "login_redirects = [ \"login\" ];",
	    "neither a path" },
};

START_TEST(refuses_options)
{
	const char *text = bad_options[_i].text;

	ck_assert_msg(
	    drive_open(&d, module, text, LOGIN_SECRET) == APAM_E_CONFIG,
	    "%s: accepted", text);
	ck_assert_msg(drive_holds(d.refusal, bad_options[_i].why), "%s: %s",
	    text, d.refusal);
	ck_assert(!drive_holds(d.refusal, "FAKE"));
}
END_TEST

START_TEST(refuses_a_bad_secret)
{
	static const char *const secrets[] = { "", "FAKE\r\nX-Evil: 1" };

	ck_assert_int_eq(
	    drive_open(&d, module, LOGIN_PLAIN LOGIN_BEARER, secrets[_i]),
	    APAM_E_CONFIG);
	ck_assert(drive_holds(d.refusal, "control character"));
	ck_assert(!drive_holds(d.refusal, "FAKE"));
}
END_TEST

/* ---- The login's request ---------------------------------------------- */

#define AS_SENT "FAKE \\\"secret&"

static const struct {
	const char *options;
	const char *method, *url;
	const char *name, *value; /* of a header */
	const char *body;
} requests[] = {
	{ LOGIN_PLAIN LOGIN_BEARER, "POST", LOGIN_URL, "Content-Type",
	    "application/json", "{\"u\":\"a user\",\"p\":\"" AS_SENT "\"}" },
	{ LOGIN_GROUP(LOGIN_FIELDS "encoding = \"form\"; method = \"PUT\";")
		LOGIN_BEARER,
	    "PUT", LOGIN_URL, "Content-Type",
	    "application/x-www-form-urlencoded",
	    "u=a+user&p=FAKE+%22secret%26" },
	{ LOGIN_GROUP("basic = true;") LOGIN_BEARER, "POST", LOGIN_URL,
	    /* base64 of: a user:FAKE "secret& */
	    "Authorization", "Basic YSB1c2VyOkZBS0UgInNlY3JldCY=", "" },
	{ LOGIN_GROUP("method = \"GET\";") LOGIN_BEARER
	    "send = ( { value = \"secret\"; header = \"Authorization\"; "
	    "prefix = \"user_token \"; }, { text = \"x y\"; query = \"q\"; } );",
	    "GET", LOGIN_URL "?q=x%20y", "Authorization",
	    "user_token " LOGIN_SECRET, "" },
	{ LOGIN_GROUP("") LOGIN_BEARER
	    "send = ( { value = \"user\"; header = \"X-User\"; }, "
	    "{ secret = \"env:FAKE\"; header = \"X-Pass\"; }, "
	    "{ value = \"secret\"; field = \"p\"; } );",
	    "POST", LOGIN_URL, "X-User", "a user", "{\"p\":\"" AS_SENT "\"}" },
	{ SEND("text = \"a\"; header = \"Content-Type\";"), "POST", LOGIN_URL,
	    "Content-Type", "a", "{\"u\":\"a user\",\"p\":\"" AS_SENT "\"}" },
	/* Nested: members are together, wherever they were said. */
	{ LOGIN_GROUP("user_field = \"/a/user/name\"; "
		      "secret_field = \"/a/user/pass\";") LOGIN_BEARER
	    "send = ( { text = \"password\"; field = \"/a/methods/0\"; }, "
	    "{ json = \"1\"; field = \"id\"; }, "
	    "{ json = \"[ true, null ]\"; field = \"/a/user/x\"; }, "
	    "{ text = \"t\"; field = \"/a/methods/1/k\"; }, "
	    "{ text = \"q\\\"\"; field = \"/a/~1~0\"; } );",
	    "POST", LOGIN_URL, "Content-Type", "application/json",
	    "{\"a\":{\"user\":{\"name\":\"a user\",\"pass\":\"" AS_SENT
	    "\",\"x\":[ true, null ]},\"methods\":[\"password\",{\"k\":\"t\"}"
	    "],\"/~\":\"q\\\"\"},\"id\":1}" },
	/* Names without a slash are names, whatever is in them. */
	{ LOGIN_GROUP("user_field = \"0\"; secret_field = \"a/b~c\";")
		LOGIN_BEARER,
	    "POST", LOGIN_URL, "Content-Type", "application/json",
	    "{\"0\":\"a user\",\"a/b~c\":\"" AS_SENT "\"}" },
};

START_TEST(asks_for_a_token)
{
	struct op op;

	login_open(requests[_i].options);
	op_init(&op, OP_ACQUIRE, true, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
	ck_assert_str_eq(op.exchange.method, requests[_i].method);
	ck_assert_str_eq(login_text(&op.exchange.url), requests[_i].url);
	ck_assert_str_eq(login_text(&op.exchange.body), requests[_i].body);
	ck_assert_str_eq(drive_field(&op.exchange.headers, requests[_i].name),
	    requests[_i].value);
	op_free(&op);
}
END_TEST

/* ---- Signing ---------------------------------------------------------- */

static const struct {
	const char *token; /* members of its group */
	const char *credential;
	const char *header, *value;
} signatures[] = {
	{ "from_pointer = \"/t\";", "tok", "Authorization", "Bearer tok" },
	{ "from_body = true;", "tok", "Authorization", "Bearer tok" },
	{ "from_header = \"X-Auth\";", "tok", "X-Auth", "tok" },
	{ "from_header = \"T\"; header = \"A\";", "tok", "A", "tok" },
	{ "from_pointer = \"/t\"; header = \"A\"; prefix = \"Session \";",
	    "tok", "A", "Session tok" },
	{ "from_cookie = \"c\"; header = \"A\";", "tok", "A", "tok" },
	{ "from_header = \"A\"; }, { from_pointer = \"/b\"; header = \"B\";",
	    "one\ntwo", "B", "two" },
	/* The URL of a logout is behind them, and is not sent. */
	{ "from_header = \"A\";", "one\nhttps://api.example/s/1", "A", "one" },
};

START_TEST(signs)
{
	struct apam_request_view request = drive_request("GET", "/");
	struct apam_signing out;
	char text[512];

	(void)snprintf(text, sizeof(text), "%stoken = ( { %s } );", LOGIN_PLAIN,
	    signatures[_i].token);
	login_open(text);
	ck_assert_int_eq(
	    drive_sign(&d, &request, signatures[_i].credential, &out), APAM_OK);
	ck_assert_ptr_null(signing_refused(&out));
	ck_assert_str_eq(drive_field(&out.headers, signatures[_i].header),
	    signatures[_i].value);
	signing_free(&out);
}
END_TEST

START_TEST(signs_with_cookies)
{
	struct apam_request_view request = drive_request("GET", "/");
	struct apam_signing out;

	login_open(LOGIN_PLAIN
	    "token = ( { from_cookie = \"s\"; }, { from_pointer = \"/t\"; "
	    "cookie = \"T\"; }, { from_header = \"q\"; query = \"_q\"; } );");
	ck_assert_int_eq(
	    drive_sign(&d, &request, "one\ntwo\nthree", &out), APAM_OK);
	ck_assert_ptr_null(signing_refused(&out));
	ck_assert_uint_eq(out.cookies.count, 2);
	ck_assert_str_eq(drive_field(&out.cookies, "s"), "one");
	ck_assert_str_eq(drive_field(&out.cookies, "T"), "two");
	ck_assert_str_eq(drive_field(&out.query, "_q"), "three");
	signing_free(&out);
}
END_TEST

/* ---- Judging ---------------------------------------------------------- */

#define ENDS                                                                   \
	LOGIN_PLAIN LOGIN_BEARER                                               \
	    "ended = ( { status = 403; }, { status = 200; "                    \
	    "pointer = \"/error/code\"; value = \"119\"; } ); "                \
	    "login_redirects = [ \"/login\", \"https://id.example/\" ];"

static const struct {
	const char *options;
	const char *answer;
	int32_t verdict;
} verdicts[] = {
	{ LOGIN_PLAIN LOGIN_BEARER, "200" LOGIN_JSON "{}",
	    APAM_VERDICT_ACCEPTED },
	{ LOGIN_PLAIN LOGIN_BEARER, "401" LOGIN_JSON "{}",
	    APAM_VERDICT_REJECTED },
	{ LOGIN_PLAIN LOGIN_BEARER, "401" LOGIN_HTML, APAM_VERDICT_SUSPECT },
	{ LOGIN_PLAIN LOGIN_BEARER, "403" LOGIN_JSON "{}",
	    APAM_VERDICT_FORBIDDEN },
	{ LOGIN_PLAIN LOGIN_BEARER, "302\nLocation: /login\n\n",
	    APAM_VERDICT_UNKNOWN },
	{ LOGIN_PLAIN LOGIN_BEARER, "429\n\n", APAM_VERDICT_THROTTLED },
	{ ENDS, "403" LOGIN_JSON "{}", APAM_VERDICT_REJECTED },
	{ ENDS, "403" LOGIN_HTML, APAM_VERDICT_REJECTED },
	{ ENDS, "200" LOGIN_JSON "{\"error\":{\"code\":119}}",
	    APAM_VERDICT_REJECTED },
	{ ENDS, "200" LOGIN_JSON "{\"error\":{\"code\":\"119\"}}",
	    APAM_VERDICT_REJECTED },
	{ ENDS, "200" LOGIN_JSON "{\"error\":{\"code\":120}}",
	    APAM_VERDICT_ACCEPTED },
	{ ENDS, "200" LOGIN_JSON "{\"error\":", APAM_VERDICT_UNKNOWN },
	{ ENDS, "404" LOGIN_JSON "{}", APAM_VERDICT_ACCEPTED },
	{ ENDS, "302\nLocation: /login?next=/a\n\n", APAM_VERDICT_SUSPECT },
	{ ENDS, "302\nLocation: https://id.example/realm\n\n",
	    APAM_VERDICT_SUSPECT },
	{ ENDS, "302\nLocation: /logins\n\n", APAM_VERDICT_UNKNOWN },
	{ ENDS, "302\n\n", APAM_VERDICT_UNKNOWN },
	{ ENDS, "503\n\n", APAM_VERDICT_UNKNOWN },
};

START_TEST(judges)
{
	const char *reason;
	int32_t verdict;

	login_open(verdicts[_i].options);
	verdict = drive_judge(&d, verdicts[_i].answer, &reason);
	ck_assert_msg(verdict == verdicts[_i].verdict, "%s: %s",
	    verdicts[_i].answer, apam_verdict_name((enum apam_verdict)verdict));
	ck_assert_ptr_nonnull(reason);
	ck_assert(!drive_holds(reason, "FAKE"));
}
END_TEST

/* ---- Checking --------------------------------------------------------- */

static const struct {
	const char *answer; /* of the login */
	const char *probe; /* NULL: there is none */
	enum apam_key_state state;
	const char *evidence;
} checks[] = {
	{ "200" LOGIN_JSON "{\"t\":\"tok\"}", NULL, APAM_KEY_GOOD,
	    "login: a fresh token" },
	{ "200" LOGIN_JSON "{\"t\":\"tok\"}", "200" LOGIN_JSON "{}",
	    APAM_KEY_GOOD, "probe: the API answered" },
	{ "200" LOGIN_JSON "{\"t\":\"tok\"}", "401" LOGIN_JSON "{}",
	    APAM_KEY_REVOKED, "probe" },
	{ "200" LOGIN_JSON "{\"t\":\"tok\"}", "302\nLocation: /login\n\n",
	    APAM_KEY_REVOKED, "login page" },
	{ "200" LOGIN_JSON "{\"t\":\"tok\"}", "503\n\n", APAM_KEY_GOOD,
	    "fault of its own" },
	{ "401" LOGIN_JSON "{}", NULL, APAM_KEY_REVOKED, "is wrong" },
	{ "401" LOGIN_HTML, NULL, APAM_KEY_UNKNOWN, "HTML" },
	{ "200" LOGIN_JSON "{}", NULL, APAM_KEY_UNKNOWN, "from_pointer" },
	{ "503\n\n", NULL, APAM_KEY_UNKNOWN, "fault of its own" },
};

START_TEST(checks_by_a_login)
{
	struct op op;

	login_open(ENDS);
	op_init(&op, OP_CHECK, true, NULL);
	if (checks[_i].probe != NULL)
		op.pub.probe = APAM_STR("GET /me");
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
	if (checks[_i].probe != NULL) {
		ck_assert_int_eq(
		    drive_step(&d, &op, checks[_i].answer), APAM_STEP_EXCHANGE);
		ck_assert(op.probes);
	}
	ck_assert_int_eq(drive_step(&d, &op,
			     checks[_i].probe != NULL ? checks[_i].probe :
							checks[_i].answer),
	    APAM_STEP_DONE);
	ck_assert_msg(op.key_state == checks[_i].state, "%s: %s",
	    checks[_i].answer, op.evidence);
	ck_assert_msg(
	    drive_holds(op.evidence, checks[_i].evidence), "%s", op.evidence);
	op_free(&op);
}
END_TEST

/* ---- Memory that runs out --------------------------------------------- */

/* Two texts make a Basic login, one the body of one in JSON. */
START_TEST(needs_memory)
{
	static const char *const options[] = {
		LOGIN_GROUP("basic = true;") LOGIN_BEARER,
		LOGIN_PLAIN LOGIN_BEARER,
	};
	struct op op;

	login_open(options[_i]);
	drive_limit_texts(&d, 0);
	op_init(&op, OP_ACQUIRE, true, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_FAILED);
	ck_assert_int_eq(op.error.status, APAM_E_MEMORY);
	op_free(&op);
}
END_TEST

START_TEST(needs_memory_for_the_answer)
{
	struct op op;

	login_open(LOGIN_PLAIN LOGIN_BEARER);
	op_init(&op, OP_ACQUIRE, true, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
	drive_limit_texts(&d, 0);
	ck_assert_int_eq(
	    drive_step(&d, &op, "200" LOGIN_JSON "{\"t\":\"tok\"}"),
	    APAM_STEP_FAILED);
	ck_assert_int_eq(op.error.status, APAM_E_MEMORY);
	op_free(&op);
}
END_TEST

START_TEST(is_static)
{
	ck_assert(module->traits & APAM_TRAIT_STATIC);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("login-token");
	TCase *tc = tcase_create("module");

	tcase_add_checked_fixture(tc, login_setup, login_teardown);
	tcase_add_loop_test(tc, refuses_options, 0, ROWS(bad_options));
	tcase_add_loop_test(tc, refuses_a_bad_secret, 0, 2);
	tcase_add_loop_test(tc, asks_for_a_token, 0, ROWS(requests));
	tcase_add_loop_test(tc, signs, 0, ROWS(signatures));
	tcase_add_test(tc, signs_with_cookies);
	tcase_add_loop_test(tc, judges, 0, ROWS(verdicts));
	tcase_add_loop_test(tc, checks_by_a_login, 0, ROWS(checks));
	tcase_add_loop_test(tc, needs_memory, 0, 2);
	tcase_add_test(tc, needs_memory_for_the_answer);
	tcase_add_test(tc, is_static);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
