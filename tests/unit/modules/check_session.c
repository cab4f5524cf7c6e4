/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of modules/session, through login-token: tokens of every source, what
 * else answers to a login mean, how long tokens live, the request for a CSRF
 * token, and the logout.
 */
#include <time.h>

#include "support/login_drive.h"

/* Begin a run, and give the login this answer. */
static enum apam_step
answer(struct op *op, const char *options, const char *text)
{
	login_open(options);
	op_init(op, OP_ACQUIRE, true, NULL);
	ck_assert_int_eq(drive_step(&d, op, NULL), APAM_STEP_EXCHANGE);
	return drive_step(&d, op, text);
}

/* ---- Tokens ----------------------------------------------------------- */

#define POINTER LOGIN_PLAIN "token = ( { from_pointer = \"/a/0/b\"; } ); "
#define HEADER LOGIN_PLAIN "token = ( { from_header = \"X-T\"; } ); "
#define BODY LOGIN_PLAIN "token = ( { from_body = true; } ); "
#define COOKIE LOGIN_PLAIN LOGIN_COOKIE
#define TWO                                                                    \
	LOGIN_PLAIN                                                            \
	"token = ( { from_pointer = \"/t\"; }, { from_cookie = \"s\"; } ); "
#define REFUSES                                                                \
	LOGIN_PLAIN LOGIN_BEARER                                               \
	    "refusals = ( { status = 400; pointer = \"/code\"; "               \
	    "value = \"bad\"; }, { status = 200; pointer = \"/error/code\"; "  \
	    "value = \"400\"; }, { status = 423; } ); "
#define STATUS                                                                 \
	LOGIN_WHO "login = { url = \"" LOGIN_URL "\"; " LOGIN_FIELDS           \
		  "status = 302; }; " LOGIN_COOKIE
#define SET "\nSet-Cookie: "

static const struct {
	const char *options;
	const char *answer;
	const char *credential; /* NULL: it fails, */
	enum apam_status status;
	const char *why; /* and says this */
} answers[] = {
	{ POINTER, "200" LOGIN_JSON "{\"a\":[{\"b\":\"tok\"}]}", "tok", APAM_OK,
	    "" },
	{ POINTER, "201" LOGIN_JSON "{\"a\":[{\"b\":\"tok\"}]}", "tok", APAM_OK,
	    "" },
	{ POINTER, "200" LOGIN_JSON "{\"a\":[]}", NULL, APAM_E_PROVIDER,
	    "nothing is at from_pointer" },
	{ POINTER, "200" LOGIN_JSON "{\"a\":[{\"b\":7}]}", NULL,
	    APAM_E_PROVIDER, "not a string" },
	{ POINTER, "200" LOGIN_JSON "{\"a\":[{\"b\":\"\"}]}", NULL,
	    APAM_E_PROVIDER, "is empty" },
	{ POINTER, "200" LOGIN_JSON "{\"a\":[{\"b\":\"a b\"}]}", NULL,
	    APAM_E_PROVIDER, "a header cannot have" },
	{ POINTER, "200" LOGIN_JSON "{\"a\":[{\"b\":\"a\\nb\"}]}", NULL,
	    APAM_E_PROVIDER, "a header cannot have" },
	{ POINTER, "200" LOGIN_JSON "{\"a\":", NULL, APAM_E_PROVIDER, "JSON" },
	{ POINTER, "204\n\n", NULL, APAM_E_PROVIDER, "empty" },
	{ POINTER, "200" LOGIN_HTML, NULL, APAM_E_CONFIG, "HTML" },
	{ POINTER, "200\nContent-Type: text/plain\n\ntok", NULL, APAM_E_CONFIG,
	    "not JSON" },
	/* In a header: whatever the body is. */
	{ HEADER, "204\nx-t: tok\n\n", "tok", APAM_OK, "" },
	{ HEADER, "200\nX-T: tok" LOGIN_HTML, "tok", APAM_OK, "" },
	{ HEADER, "200\n\n", NULL, APAM_E_PROVIDER, "lacks the header" },
	{ HEADER, "200\nX-T: a b\n\n", NULL, APAM_E_PROVIDER, "cannot have" },
	/* The body. */
	{ BODY, "201" LOGIN_JSON "\"tok\"", "tok", APAM_OK, "" },
	{ BODY, "200\n\ntok\r\n", "tok", APAM_OK, "" },
	{ BODY, "200\n\n\"tok\"", "tok", APAM_OK, "" },
	{ BODY, "200" LOGIN_JSON "{}", NULL, APAM_E_PROVIDER, "not a string" },
	{ BODY, "200" LOGIN_JSON "\"\"", NULL, APAM_E_PROVIDER, "is empty" },
	{ BODY, "200" LOGIN_JSON "\"a\\\"b\"", NULL, APAM_E_PROVIDER,
	    "cannot have" },
	{ BODY, "200\n\n\"", NULL, APAM_E_PROVIDER, "not a string" },
	{ BODY, "200\n\n\"ab", NULL, APAM_E_PROVIDER, "not a string" },
	{ BODY, "200\n\n\"a\\b\"", NULL, APAM_E_PROVIDER, "cannot have" },
	{ BODY, "200\n\na\nb", NULL, APAM_E_PROVIDER, "cannot have" },
	{ BODY, "200\n\n\n", NULL, APAM_E_PROVIDER, "an empty answer" },
	{ BODY, "200" LOGIN_HTML, NULL, APAM_E_PROVIDER, "HTML" },
	/* Cookies: RFC 6265, 5.2 and 5.3. */
	{ COOKIE, "200" SET "s=tok; Path=/; HttpOnly\n\n", "tok", APAM_OK, "" },
	{ COOKIE, "200" SET " s = tok ;Secure\n\n", "tok", APAM_OK, "" },
	{ COOKIE, "200" SET "s\t=\ttok\t;Secure\n\n", "tok", APAM_OK, "" },
	{ COOKIE, "200" SET "s=tok; Expires=never\n\n", "tok", APAM_OK, "" },
	{ COOKIE, "200" SET "a=1" SET "s=a=b=" SET "b=2\n\n", "a=b=", APAM_OK,
	    "" },
	{ COOKIE, "200" SET "s=old" SET "s=new\n\n", "new", APAM_OK, "" },
	{ COOKIE, "200" SET "S=tok\n\n", NULL, APAM_E_PROVIDER,
	    "sets no cookie" },
	{ COOKIE, "200" SET "ss=tok; s=tok\n\n", NULL, APAM_E_PROVIDER,
	    "sets no cookie" },
	{ COOKIE, "200" SET "s=tok" SET "s=; Max-Age=0\n\n", NULL,
	    APAM_E_PROVIDER, "sets no cookie" },
	{ COOKIE, "200" SET "s=deleted; max-age=-1\n\n", NULL, APAM_E_PROVIDER,
	    "sets no cookie" },
	{ COOKIE, "200" SET "s=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT\n\n",
	    NULL, APAM_E_PROVIDER, "sets no cookie" },
	{ COOKIE,
	    "200" SET "s=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT; "
	    "Max-Age=60\n\n",
	    "x", APAM_OK, "" },
	{ COOKIE, "200" SET "s=\"tok\"\n\n", NULL, APAM_E_PROVIDER,
	    "a cookie cannot have" },
	{ COOKIE, "200" SET "s=a,b\n\n", NULL, APAM_E_PROVIDER,
	    "a cookie cannot have" },
	{ STATUS, "302\nLocation: /" SET "s=tok\n\n", "tok", APAM_OK, "" },
	{ STATUS, "200" SET "s=tok\n\n", NULL, APAM_E_PROVIDER,
	    "the login page again" },
	/* Several. */
	{ TWO, "200" SET "s=two" LOGIN_JSON "{\"t\":\"one\"}", "one\ntwo",
	    APAM_OK, "" },
	{ TWO, "200" LOGIN_JSON "{\"t\":\"one\"}", NULL, APAM_E_PROVIDER,
	    "sets no cookie" },
	/* Refusals, and what is none. */
	{ REFUSES, "401" LOGIN_JSON "{}", NULL, APAM_E_REVOKED, "is wrong" },
	{ REFUSES, "403" LOGIN_JSON "{}", NULL, APAM_E_REVOKED, "is wrong" },
	{ REFUSES, "403" LOGIN_HTML, NULL, APAM_E_PROVIDER, "HTML" },
	{ REFUSES, "400" LOGIN_JSON "{\"code\":\"bad\"}", NULL, APAM_E_REVOKED,
	    "is wrong" },
	{ REFUSES, "400" LOGIN_JSON "{\"code\":\"else\"}", NULL, APAM_E_CONFIG,
	    "login, send and csrf" },
	{ REFUSES, "200" LOGIN_JSON "{\"error\":{\"code\":400}}", NULL,
	    APAM_E_REVOKED, "is wrong" },
	{ REFUSES, "200" LOGIN_JSON "{\"error\":{\"code\":401}}", NULL,
	    APAM_E_PROVIDER, "nothing is at" },
	{ REFUSES, "423\n\n", NULL, APAM_E_REVOKED, "is wrong" },
	{ REFUSES, "415\n\n", NULL, APAM_E_CONFIG, "login, send and csrf" },
	{ REFUSES, "422\n\n", NULL, APAM_E_CONFIG, "login, send and csrf" },
	{ REFUSES, "404\n\n", NULL, APAM_E_CONFIG, "is the URL right" },
	{ REFUSES, "302\nLocation: /\n\n", NULL, APAM_E_PROVIDER, "redirect" },
	{ REFUSES, "301\nLocation: /\n\n", NULL, APAM_E_CONFIG, "redirect" },
	{ REFUSES, "429\n\n", NULL, APAM_E_THROTTLED, "too many" },
	{ REFUSES, "503\n\n", NULL, APAM_E_PROVIDER, "fault of its own" },
};

START_TEST(reads_every_answer)
{
	const char *name = answers[_i].answer;
	const char *expected = answers[_i].credential;
	struct op op;
	enum apam_step step = answer(&op, answers[_i].options, name);

	ck_assert_msg(
	    step == (expected == NULL ? APAM_STEP_FAILED : APAM_STEP_DONE),
	    "%s: %s", name, op.error.text);
	if (expected != NULL)
		ck_assert_str_eq(login_text(&op.credential), expected);
	ck_assert_msg(op.error.status == answers[_i].status, "%s: %s", name,
	    op.error.text);
	ck_assert_msg(drive_holds(op.error.text, answers[_i].why), "%s: %s",
	    name, op.error.text);
	ck_assert(!drive_holds(op.error.text, "FAKE"));
	op_free(&op);
}
END_TEST

START_TEST(refuses_a_token_that_is_too_long)
{
	const size_t n = 70000;
	char *text = calloc(1, n + 64);
	struct op op;

	(void)strcpy(text, "200\nX-T: ");
	memset(text + strlen(text), 'x', n);
	(void)strcat(text, "\n\n");
	ck_assert_int_eq(answer(&op, HEADER, text), APAM_STEP_FAILED);
	ck_assert(drive_holds(op.error.text, "too long"));
	op_free(&op);
	free(text);
}
END_TEST

/* ---- Lifetimes -------------------------------------------------------- */

#define LIFE(unit)                                                             \
	LOGIN_PLAIN LOGIN_BEARER                                               \
	    "lifetime = { pointer = \"/e\"; unit = \"" unit "\"; };"
#define NOT_SAID (-1)

static const struct {
	const char *options;
	const char *value; /* in JSON */
	int64_t seconds; /* where the clock says how long: at least that */
} lifetimes[] = {
	{ LIFE("seconds"), "90", 90 },
	{ LIFE("seconds"), "\"90\"", 90 },
	{ LIFE("seconds"), "0", NOT_SAID },
	{ LIFE("seconds"), "null", NOT_SAID },
	{ LIFE("minutes"), "10", 600 },
	{ LIFE("minutes"), "\"10\"", 600 },
	{ LIFE("minutes"), "9223372036854775807", 315360000 },
	{ LIFE("minutes"), "0", NOT_SAID },
	{ LIFE("minutes"), "-5", NOT_SAID },
	{ LIFE("minutes"), "true", NOT_SAID },
	{ LIFE("minutes"), "\"10m\"", NOT_SAID },
	{ LIFE("minutes"), "\"\"", NOT_SAID },
	{ LIFE("milliseconds"), "172800000", 172800 },
	{ LIFE("milliseconds"), "1.5e6", 1500 },
	/* Points in time that are over: for those who wait alone. */
	{ LIFE("unix"), "1000000000", 0 },
	{ LIFE("unix_ms"), "1000000000000", 0 },
	{ LIFE("rfc3339"), "\"2001-09-09T01:46:40Z\"", 0 },
	{ LIFE("unix"), "0", NOT_SAID },
	{ LIFE("unix"), "\"soon\"", NOT_SAID },
	{ LIFE("rfc3339"), "1000000000", NOT_SAID },
	{ LIFE("rfc3339"), "\"\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09T01:46:40\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-13-09T01:46:40Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-00-09T01:46:40Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-32T01:46:40Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09T24:46:40Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09T01:60:40Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09T01:46:61Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09T01:46:40.Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09T01:46:40Zx\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09T01:46:40+1:00\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09T01:46:40+25:00\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"1969-12-31T23:59:59Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"200\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001/09-09T01:46:40Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-9-09T01:46:40Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09/09T01:46:40Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-9T01:46:40Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-00T01:46:40Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09T1:46:40Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09T01.46:40Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09T01:6:40Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09T01:46.40Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09T01:46:4Z\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09T01:46:40+0530\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09T01:46:40+05:3\"", NOT_SAID },
	{ LIFE("rfc3339"), "\"2001-09-09T01:46:40+05:60\"", NOT_SAID },
	{ LIFE("minutes"), "\"1234567890123456\"", NOT_SAID },
	{ LOGIN_PLAIN LOGIN_BEARER
	    "lifetime = { pointer = \"/gone\"; unit = \"minutes\"; };",
	    "1", NOT_SAID },
};

START_TEST(reads_lifetimes)
{
	char text[256];
	struct op op;

	(void)snprintf(text, sizeof(text),
	    "200" LOGIN_JSON "{\"t\":\"tok\",\"e\":%s}", lifetimes[_i].value);
	ck_assert_int_eq(
	    answer(&op, lifetimes[_i].options, text), APAM_STEP_DONE);
	ck_assert_msg(op.lifetime == lifetimes[_i].seconds, "%s: %lld",
	    lifetimes[_i].value, (long long)op.lifetime);
	op_free(&op);
}
END_TEST

/* The same second, said in each way: RFC 3339, 5.8 has some of them. */
static const struct {
	const char *unit, *value;
} points[] = {
	{ "unix", "4102444800" },
	{ "unix", "\"4102444800\"" },
	{ "unix_ms", "4102444800999" },
	{ "rfc3339", "\"2100-01-01T00:00:00Z\"" },
	{ "rfc3339", "\"2100-01-01t00:00:00z\"" },
	{ "rfc3339", "\"2100-01-01 00:00:00.578887Z\"" },
	{ "rfc3339", "\"2100-01-01T05:30:00+05:30\"" },
	{ "rfc3339", "\"2099-12-31T16:00:00-08:00\"" },
	{ "rfc3339", "\"2099-12-31T23:59:60Z\"" },
};

START_TEST(reads_points_in_time)
{
	char options[512], text[256];
	int64_t before, after;
	struct op op;

	(void)snprintf(options, sizeof(options),
	    "%slifetime = { pointer = \"/e\"; unit = \"%s\"; };",
	    LOGIN_PLAIN LOGIN_BEARER, points[_i].unit);
	(void)snprintf(text, sizeof(text),
	    "200" LOGIN_JSON "{\"t\":\"tok\",\"e\":%s}", points[_i].value);
	before = (int64_t)time(NULL);
	ck_assert_int_eq(answer(&op, options, text), APAM_STEP_DONE);
	/* time() may be some milliseconds behind the clock that apam reads. */
	after = (int64_t)time(NULL) + 1;
	ck_assert_msg(op.lifetime <= 4102444800 - before &&
		op.lifetime >= 4102444800 - after,
	    "%s: %lld", points[_i].value, (long long)op.lifetime);
	op_free(&op);
}
END_TEST

static const struct {
	const char *answer;
	int64_t seconds;
} ages[] = {
	{ "200" SET "s=x; Max-Age=90\n\n", 90 },
	{ "200" SET "s=x\n\n", NOT_SAID },
	{ "200" SET "s=x; Max-Age=ninety\n\n", NOT_SAID },
	{ "200" SET "s=x; Max-Age=9x\n\n", NOT_SAID },
	{ "200" SET "s=x; Max-Age=\n\n", NOT_SAID },
	{ "200" SET "s=x; Max-Age=/5\n\n", NOT_SAID },
	{ "200" SET "s=x; Max-Age=5/\n\n", NOT_SAID },
	{ "200" SET "s=x; Max-Age=99999999999999999999\n\n", 315360000 },
	{ "200" SET "s=x; Max-Age=90" SET "other=x; Max-Age=5\n\n", 90 },
};

START_TEST(reads_max_age)
{
	struct op op;

	ck_assert_int_eq(answer(&op, LOGIN_PLAIN LOGIN_COOKIE, ages[_i].answer),
	    APAM_STEP_DONE);
	ck_assert_int_eq(op.lifetime, ages[_i].seconds);
	op_free(&op);
}
END_TEST

/* Whichever has it. */
static const char *const least_ages[] = {
	"200" SET "s=x; Max-Age=90" SET "r=x; Max-Age=60" SET "q=x\n\n",
	"200" SET "s=x; Max-Age=60" SET "r=x; Max-Age=90" SET "q=x\n\n",
};

START_TEST(takes_the_least_max_age)
{
	struct op op;

	ck_assert_int_eq(answer(&op,
			     LOGIN_PLAIN "token = ( { from_cookie = \"s\"; }, "
					 "{ from_cookie = \"r\"; }, "
					 "{ from_cookie = \"q\"; } );",
			     least_ages[_i]),
	    APAM_STEP_DONE);
	ck_assert_int_eq(op.lifetime, 60);
	op_free(&op);
}
END_TEST

/* ---- The request before it -------------------------------------------- */

#define CSRF_URL "https://api.example/csrf"
#define CSRF(members)                                                          \
	LOGIN_WHO "login = { url = \"" LOGIN_URL                               \
		  "\"; encoding = \"form\"; " LOGIN_FIELDS "}; "               \
		  "csrf = { url = \"" CSRF_URL "\"; " members "}; "            \
		  "token = ( { from_cookie = \"s\"; } ); "

static const struct {
	const char *options;
	const char *page;
	const char *cookies, *header, *body; /* of the login */
} forged[] = {
	{ CSRF("from_cookie = \"c\"; header = \"X-C\";"),
	    "200" SET "c=one; Path=/" SET "z=2" SET
	    "gone=; Max-Age=0" LOGIN_HTML,
	    "c=one; z=2", "one", "u=a+user&p=FAKE+%22secret%26" },
	{ CSRF("from_header = \"X-New\"; field = \"_c\";"),
	    "200\nX-New: t/1" LOGIN_HTML, "", "",
	    "u=a+user&p=FAKE+%22secret%26&_c=t%2F1" },
	{ CSRF("from_pointer = \"/c\"; header = \"X-C\";"),
	    "200" SET "c=old" SET "c=new" SET "a b=x" SET "d=x y" LOGIN_JSON
	    "{\"c\":\"tok\"}",
	    "c=new", "tok", "u=a+user&p=FAKE+%22secret%26" },
};

START_TEST(brings_the_csrf_token_along)
{
	struct op op;

	login_open(forged[_i].options);
	op_init(&op, OP_ACQUIRE, true, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
	ck_assert_str_eq(op.exchange.method, "GET");
	ck_assert_str_eq(login_text(&op.exchange.url), CSRF_URL);
	ck_assert_uint_eq(op.exchange.body.n, 0);
	ck_assert_int_eq(
	    drive_step(&d, &op, forged[_i].page), APAM_STEP_EXCHANGE);
	ck_assert_str_eq(login_text(&op.exchange.url), LOGIN_URL);
	ck_assert_str_eq(
	    drive_field(&op.exchange.headers, "Cookie"), forged[_i].cookies);
	ck_assert_str_eq(
	    drive_field(&op.exchange.headers, "X-C"), forged[_i].header);
	ck_assert_str_eq(login_text(&op.exchange.body), forged[_i].body);
	ck_assert_int_eq(
	    drive_step(&d, &op, "200" SET "s=tok\n\n"), APAM_STEP_DONE);
	ck_assert_str_eq(login_text(&op.credential), "tok");
	op_free(&op);
}
END_TEST

/* In JSON it is among the fields. */
START_TEST(brings_the_csrf_token_in_json)
{
	struct op op;

	login_open(LOGIN_PLAIN LOGIN_BEARER "csrf = { url = \"" CSRF_URL
					    "\"; from_header = \"X-New\"; "
					    "field = \"/meta/csrf\"; };");
	op_init(&op, OP_ACQUIRE, true, NULL);
	(void)drive_step(&d, &op, NULL);
	ck_assert_int_eq(
	    drive_step(&d, &op, "200\nX-New: t\n\n"), APAM_STEP_EXCHANGE);
	ck_assert_str_eq(login_text(&op.exchange.body),
	    "{\"u\":\"a user\",\"p\":\"FAKE \\\"secret&\","
	    "\"meta\":{\"csrf\":\"t\"}}");
	op_free(&op);
}
END_TEST

/* A login may keep the session that the page began. */
START_TEST(keeps_the_cookie_of_the_page)
{
	struct op op;

	login_open(CSRF("from_header = \"X-New\"; field = \"_c\";"));
	op_init(&op, OP_ACQUIRE, true, NULL);
	(void)drive_step(&d, &op, NULL);
	(void)drive_step(
	    &d, &op, "200\nX-New: t" SET "a=1" SET "s=first" LOGIN_HTML);
	ck_assert_int_eq(drive_step(&d, &op, "204\n\n"), APAM_STEP_DONE);
	ck_assert_str_eq(login_text(&op.credential), "first");
	op_free(&op);
}
END_TEST

static const struct {
	const char *page, *login; /* NULL: it does not come so far */
	enum apam_status status;
	const char *why;
} unforged[] = {
	{ "200\n\n", NULL, APAM_E_PROVIDER, "CSRF endpoint: the answer sets" },
	{ "200" SET "c=a\tb\n\n", NULL, APAM_E_PROVIDER, "cannot have" },
	{ "302\nLocation: /\n\n", NULL, APAM_E_PROVIDER, "redirect" },
	{ "404\n\n", NULL, APAM_E_CONFIG, "is the URL right" },
	{ "401\n\n", NULL, APAM_E_PROVIDER, "CSRF endpoint" },
	{ "429\n\n", NULL, APAM_E_THROTTLED, "too many" },
	{ "503\n\n", NULL, APAM_E_PROVIDER, "fault of its own" },
	{ "200" SET "c=1\n\n", "403" LOGIN_JSON "{}", APAM_E_PROVIDER,
	    "or the CSRF token" },
	{ "200" SET "c=1\n\n", "401" LOGIN_JSON "{}", APAM_E_REVOKED,
	    "login: the user" },
};

START_TEST(needs_the_csrf_token)
{
	struct op op;
	enum apam_step step;

	login_open(CSRF("from_cookie = \"c\"; header = \"X-C\";"));
	op_init(&op, OP_ACQUIRE, true, NULL);
	(void)drive_step(&d, &op, NULL);
	step = drive_step(&d, &op, unforged[_i].page);
	if (unforged[_i].login != NULL)
		step = drive_step(&d, &op, unforged[_i].login);
	ck_assert_int_eq(step, APAM_STEP_FAILED);
	ck_assert_msg(op.error.status == unforged[_i].status, "%s: %s",
	    unforged[_i].page, op.error.text);
	ck_assert_msg(drive_holds(op.error.text, unforged[_i].why), "%s: %s",
	    unforged[_i].page, op.error.text);
	op_free(&op);
}
END_TEST

START_TEST(checks_with_the_csrf_token)
{
	struct op op;

	login_open(CSRF("from_cookie = \"c\"; header = \"X-C\";"));
	op_init(&op, OP_CHECK, true, NULL);
	(void)drive_step(&d, &op, NULL);
	(void)drive_step(&d, &op, _i == 0 ? "503\n\n" : "200" SET "c=1\n\n");
	if (_i == 1)
		(void)drive_step(&d, &op, "200" SET "s=tok\n\n");
	ck_assert_int_eq(
	    op.key_state, _i == 0 ? APAM_KEY_UNKNOWN : APAM_KEY_GOOD);
	op_free(&op);
}
END_TEST

/* ---- The logout ------------------------------------------------------- */

#define OUT "https://api.example/out"
#define ENDS(members) LOGIN_PLAIN LOGIN_BEARER "logout = { " members " };"

static const struct {
	const char *options, *credential;
	const char *method, *url;
	const char *name, *value; /* of a header */
	const char *body;
} logouts[] = {
	{ ENDS("url = \"" OUT "\";"), "tok", "POST", OUT, "Authorization",
	    "Bearer tok", "" },
	{ ENDS("url = \"" OUT "\"; method = \"DELETE\"; "
	       "token_header = \"X-Subject\";"),
	    "tok", "DELETE", OUT, "X-Subject", "tok", "" },
	{ ENDS("url = \"" OUT "\"; token_in_path = true;"), "a/b", "POST",
	    OUT "/a%2Fb", "Authorization", "Bearer a/b", "" },
	{ ENDS("url = \"" OUT "\"; json = \"{}\";"), "tok", "POST", OUT,
	    "Content-Type", "application/json", "{}" },
	{ ENDS("from_header = \"Location\"; method = \"DELETE\";"), "tok\n/s/1",
	    "DELETE", "https://api.example/s/1", "Authorization", "Bearer tok",
	    "" },
	{ ENDS("from_header = \"Location\";"), "tok\nhttps://api.example/s/2",
	    "POST", "https://api.example/s/2", "Authorization", "Bearer tok",
	    "" },
	{ LOGIN_PLAIN
	    "token = ( { from_cookie = \"s\"; }, { from_header = \"x\"; "
	    "query = \"_q\"; }, { from_cookie = \"r\"; } ); "
	    "logout = { url = \"" OUT "\"; };",
	    "one\ntwo\nthree", "POST", OUT "?_q=two", "Cookie",
	    "s=one; r=three", "" },
};

static const struct apam_credential_view *
credential(const char *text)
{
	static struct apam_credential_view view;

	view = (struct apam_credential_view){ sizeof(view), apam_str(text),
		DRIVE_NOW_MS };
	return &view;
}

START_TEST(asks_for_the_logout)
{
	struct op op;

	login_open(logouts[_i].options);
	op_init(&op, OP_REVOKE, true, credential(logouts[_i].credential));
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
	ck_assert_str_eq(op.exchange.method, logouts[_i].method);
	ck_assert_str_eq(login_text(&op.exchange.url), logouts[_i].url);
	ck_assert_str_eq(login_text(&op.exchange.body), logouts[_i].body);
	ck_assert_str_eq(drive_field(&op.exchange.headers, logouts[_i].name),
	    logouts[_i].value);
	ck_assert_int_eq(drive_step(&d, &op, "204\n\n"), APAM_STEP_DONE);
	op_free(&op);
}
END_TEST

/* Tokens go to the login's own origin alone. */
static const struct {
	const char *location, *credential;
} places[] = {
	{ "/s/1", "tok\n/s/1" },
	{ "https://api.example/s/1", "tok\nhttps://api.example/s/1" },
	{ "https://api.example", "tok" },
	{ "https://api.example.evil/s/1", "tok" },
	{ "https://api.example:444/s/1", "tok" },
	{ "http://api.example/s/1", "tok" },
	{ "//evil.example/s/1", "tok" },
	{ "s/1", "tok" },
	{ "/s 1", "tok" },
	{ "", "tok" },
};

START_TEST(believes_its_own_origin)
{
	char text[256];
	struct op op;

	(void)snprintf(text, sizeof(text),
	    "200\nLocation: %s" LOGIN_JSON "{\"t\":\"tok\"}",
	    places[_i].location);
	ck_assert_int_eq(answer(&op, ENDS("from_header = \"Location\";"), text),
	    APAM_STEP_DONE);
	ck_assert_str_eq(login_text(&op.credential), places[_i].credential);
	op_free(&op);
}
END_TEST

static const struct {
	const char *options;
	const char *answer;
	enum apam_status status; /* APAM_OK: the session has ended */
} ends[] = {
	{ ENDS("url = \"" OUT "\";"), "200" LOGIN_JSON "{}", APAM_OK },
	{ ENDS("url = \"" OUT "\";"), "302\nLocation: /login\n\n", APAM_OK },
	{ ENDS("url = \"" OUT "\";"), "401\n\n", APAM_OK },
	{ ENDS("url = \"" OUT "\";"), "404\n\n", APAM_E_CONFIG },
	{ ENDS("url = \"" OUT "\"; token_in_path = true;"), "404\n\n",
	    APAM_OK },
	{ ENDS("from_header = \"Location\";"), "410\n\n", APAM_OK },
	{ ENDS("url = \"" OUT "\";"), "403\n\n", APAM_E_DENIED },
	{ ENDS("url = \"" OUT "\";"), "400\n\n", APAM_E_DENIED },
	{ ENDS("url = \"" OUT "\";"), "301\nLocation: /\n\n", APAM_E_CONFIG },
	{ ENDS("url = \"" OUT "\";"), "503\n\n", APAM_E_PROVIDER },
};

START_TEST(reads_the_logouts_answer)
{
	struct op op;

	login_open(ends[_i].options);
	op_init(&op, OP_REVOKE, true, credential("tok\n/s/1"));
	(void)drive_step(&d, &op, NULL);
	ck_assert_int_eq(drive_step(&d, &op, ends[_i].answer),
	    ends[_i].status == APAM_OK ? APAM_STEP_DONE : APAM_STEP_FAILED);
	ck_assert_msg(op.error.status == ends[_i].status, "%s: %s",
	    ends[_i].answer, op.error.text);
	op_free(&op);
}
END_TEST

START_TEST(cannot_always_log_out)
{
	static const char *const options[] = { LOGIN_PLAIN LOGIN_BEARER,
		ENDS("from_header = \"Location\";") };
	struct op op;

	login_open(options[_i]);
	op_init(&op, OP_REVOKE, true, credential("tok"));
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_FAILED);
	ck_assert_int_eq(op.error.status, APAM_E_POLICY);
	ck_assert(drive_holds(op.error.text, "ends by itself"));
	op_free(&op);
}
END_TEST

START_TEST(has_no_session_to_end)
{
	struct op op;

	login_open(ENDS("url = \"" OUT "\";"));
	op_init(&op, OP_REVOKE, true, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_DONE);
	op_free(&op);
}
END_TEST

static TCase *
before_and_after(void)
{
	TCase *tc = tcase_create("before and after");

	tcase_add_checked_fixture(tc, login_setup, login_teardown);
	tcase_add_loop_test(tc, brings_the_csrf_token_along, 0, ROWS(forged));
	tcase_add_test(tc, brings_the_csrf_token_in_json);
	tcase_add_test(tc, keeps_the_cookie_of_the_page);
	tcase_add_loop_test(tc, needs_the_csrf_token, 0, ROWS(unforged));
	tcase_add_loop_test(tc, checks_with_the_csrf_token, 0, 2);
	tcase_add_loop_test(tc, asks_for_the_logout, 0, ROWS(logouts));
	tcase_add_loop_test(tc, believes_its_own_origin, 0, ROWS(places));
	tcase_add_loop_test(tc, reads_the_logouts_answer, 0, ROWS(ends));
	tcase_add_loop_test(tc, cannot_always_log_out, 0, 2);
	tcase_add_test(tc, has_no_session_to_end);
	return tc;
}

int
main(void)
{
	Suite *suite = suite_create("session");
	TCase *tc = tcase_create("answers");

	tcase_add_checked_fixture(tc, login_setup, login_teardown);
	tcase_add_loop_test(tc, reads_every_answer, 0, ROWS(answers));
	tcase_add_test(tc, refuses_a_token_that_is_too_long);
	tcase_add_loop_test(tc, reads_lifetimes, 0, ROWS(lifetimes));
	tcase_add_loop_test(tc, reads_points_in_time, 0, ROWS(points));
	tcase_add_loop_test(tc, reads_max_age, 0, ROWS(ages));
	tcase_add_loop_test(tc, takes_the_least_max_age, 0, ROWS(least_ages));
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, before_and_after());
	return run_suite(suite);
}
