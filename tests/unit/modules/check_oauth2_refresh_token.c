/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the module oauth2-refresh-token that its scripts
 * (tests/vectors/oauth2-refresh-token) cannot make: what is random in a login by
 * a browser, every way in which one comes back, options that are refused, and
 * memory that runs out.
 */
#include "support/drive_open.h"
#include "support/refused.h"
#include "support/run.h"

#define BASE "client_id = \"s6BhdRkqt3\"; "
#define STORE "refresh_token = \"store:demo\"; "
#define TOKEN_URL "token_url = \"https://server.example.com/token\"; "
#define PAGE "authorization_url = \"https://server.example.com/authorize\"; "
#define BROWSER BASE STORE TOKEN_URL PAGE
#define ISSUER BASE STORE "issuer = \"https://server.example.com\"; "
#define BACK "http://127.0.0.1:51004/oauth2redirect/example-provider"
#define JSON "\nContent-Type: application/json\n\n"
#define TOKENS                                                                 \
	"200" JSON "{\"access_token\":\"FAKE-at\",\"token_type\":\"bearer\","  \
	"\"refresh_token\":\"FAKE-rt\"}"
#define METADATA                                                               \
	"200" JSON "{\"issuer\":\"https://server.example.com\","               \
	"\"token_endpoint\":\"https://server.example.com/token\","             \
	"\"authorization_endpoint\":\"https://server.example.com/authorize\""

/* RFC 7636, appendix B. */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
static const unsigned char octets[32] = { 116, 24, 223, 180, 151, 153, 224, 37,
	79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191,
	240, 91, 88, 5, 88, 83, 132, 141, 121 };

static struct drive d;
static struct op op;
static const struct apam_module *module;

static void
setup(void)
{
	module = drive_load("modules/oauth2-refresh-token.so");
}

static void
teardown(void)
{
	op_free(&op);
	memset(&op, 0, sizeof(op));
	drive_close(&d);
}

/* The state of the login is what the verifier is, too. */
static int32_t
no_random(const struct apam_services *svc, void *to, size_t n)
{
	(void)svc;
	ck_assert_uint_eq(n, sizeof(octets));
	memcpy(to, octets, n);
	return APAM_OK;
}

static void
open_with(const char *text)
{
	drive_must_open(&d, module, text, "");
	d.svc.pub.random = no_random;
}

static void
begin_login(const char *options, const char *redirect_uri)
{
	open_with(options);
	op_init(&op, OP_LOGIN, true, NULL);
	op.pub.redirect_uri = apam_str(redirect_uri);
	op.reach.options = (struct option_table){ module->options,
		module->option_size, module->option_count };
	op.reach.values = d.values.values;
	for (size_t i = 0; i < module->option_count; i++)
		if (module->options[i].flags & APAM_OPT_DURABLE)
			op.durable.value = &d.values.values[i];
}

/* A login whose first step has been taken. */
static enum apam_step
log_in(const char *options, const char *redirect_uri)
{
	begin_login(options, redirect_uri);
	return drive_step(&d, &op, NULL);
}

/* The browser comes back with this query. */
static enum apam_step
come_back(const char *query)
{
	op.pub.redirected = apam_str(query);
	return drive_step(&d, &op, NULL);
}

/* ---- Options ---------------------------------------------------------- */

static const struct {
	const char *text;
	const char *why; /* a part of the message */
} bad_options[] = {
	{ BASE STORE, "give issuer, token_url or resource" },
	{ BASE STORE TOKEN_URL "issuer = \"https://a.example\";", "not both" },
	{ STORE TOKEN_URL, "nobody can register a client" },
	{ STORE "issuer = \"https://a.example\"; client_secret = \"env:F\";",
	    "whose secret" },
	{ BASE "refresh_token = \"env:F\"; resource = \"https://a.example\";",
	    "must be store:NAME" },
	{ "refresh_token = \"env:F\"; issuer = \"https://a.example\";",
	    "must be store:NAME" },
	{ BROWSER "login_extra = { state = \"x\"; };", "may not set state" },
	{ BROWSER "login_extra = { Scope = \"x\"; };", "may not set scope" },
	{ BROWSER "extra = { code = \"x\"; };", "may not set code" },
	{ BROWSER "extra = { refresh_token = \"x\"; };", "refresh_token" },
	{ BROWSER "scope = [ \"a b\" ];", "element 1 is not a scope" },
	{ BROWSER "client_auth = \"post\";",
	    "reference to the client's secret" },
	{ BROWSER "login = \"telnet\";", "login" },
};

START_TEST(refuses_options)
{
	drive_must_refuse(&d, module, bad_options[_i].text, "FAKE-secret",
	    bad_options[_i].why, "FAKE-secret");
}
END_TEST

/* ---- A browser -------------------------------------------------------- */

START_TEST(shows_the_page)
{
	ck_assert_int_eq(
	    log_in(BROWSER "scope = [ \"a\", \"b:c\" ];"
			   "audience = [ \"x\" ]; resource = "
			   "\"https://api.example.com/\";"
			   "login_extra = { prompt = \"consent\"; };",
		BACK),
	    APAM_STEP_REDIRECT);
	ck_assert_str_eq(buf_view(&op.prompt.url).p,
	    "https://server.example.com/authorize?response_type=code"
	    "&client_id=s6BhdRkqt3&redirect_uri=http%3A%2F%2F127.0.0.1%3A51004"
	    "%2Foauth2redirect%2Fexample-provider&state=" VERIFIER
	    "&code_challenge=" CHALLENGE "&code_challenge_method=S256"
	    "&scope=a%20b%3Ac&resource=https%3A%2F%2Fapi.example.com%2F"
	    "&audience=x&prompt=consent");
}
END_TEST

START_TEST(keeps_the_query_of_the_page)
{
	ck_assert_int_eq(
	    log_in(BASE STORE TOKEN_URL
		"authorization_url = \"https://server.example.com/a?t=1\";",
		BACK),
	    APAM_STEP_REDIRECT);
	ck_assert(drive_holds(buf_view(&op.prompt.url).p,
	    "https://server.example.com/a?t=1&response_type=code&"));
}
END_TEST

START_TEST(spends_the_code)
{
	ck_assert_int_eq(log_in(BROWSER "extra = { tenant = \"t\"; };", BACK),
	    APAM_STEP_REDIRECT);
	/* RFC 6749, 4.1.2. */
	ck_assert_int_eq(
	    come_back("code=SplxlOBeZQQYbYS6WxSbIA&state=" VERIFIER),
	    APAM_STEP_EXCHANGE);
	ck_assert_str_eq(
	    buf_view(&op.exchange.url).p, "https://server.example.com/token");
	ck_assert_str_eq(buf_view(&op.exchange.body).p,
	    "client_id=s6BhdRkqt3&tenant=t&grant_type=authorization_code"
	    "&code=SplxlOBeZQQYbYS6WxSbIA&redirect_uri=http%3A%2F%2F127.0.0.1"
	    "%3A51004%2Foauth2redirect%2Fexample-provider"
	    "&code_verifier=" VERIFIER);
	ck_assert_msg(
	    drive_step(&d, &op, TOKENS) == APAM_STEP_DONE, "%s", op.error.text);
	ck_assert_str_eq(buf_view(&op.durable.successor).p, "FAKE-rt");
}
END_TEST

static const struct {
	const char *answer;
	enum apam_status status;
	const char *why;
} bad_ends[] = {
	{ "400" JSON "{\"error\":\"invalid_grant\"}", APAM_E_DENIED,
	    "the code is not taken" },
	{ "200" JSON "{\"access_token\":\"FAKE-at\",\"token_type\":\"bearer\"}",
	    APAM_E_DENIED, "no refresh_token" },
	{ "200" JSON "{\"access_token\":\"FAKE-at\",\"token_type\":\"bearer\","
	  "\"refresh_token\":\"a\\nb\"}",
	    APAM_E_PROVIDER, "refresh_token is not a text" },
	{ "200" JSON "{\"refresh_token\":\"FAKE-rt\"}", APAM_E_PROVIDER,
	    "no access_token" },
	{ "500", APAM_E_PROVIDER, "a fault of its own" },
	{ "401", APAM_E_DENIED, "the client is revoked" },
};

START_TEST(ends_without_a_token)
{
	ck_assert_int_eq(log_in(BROWSER, BACK), APAM_STEP_REDIRECT);
	ck_assert_int_eq(
	    come_back("code=c&state=" VERIFIER), APAM_STEP_EXCHANGE);
	ck_assert_int_eq(
	    drive_step(&d, &op, bad_ends[_i].answer), APAM_STEP_FAILED);
	ck_assert_int_eq(op.error.status, bad_ends[_i].status);
	ck_assert_msg(
	    drive_holds(op.error.text, bad_ends[_i].why), "%s", op.error.text);
	ck_assert(!drive_holds(op.error.text, "FAKE"));
	ck_assert(!op.durable.succeeds);
}
END_TEST

static const struct {
	const char *query;
	enum apam_status status;
	const char *why;
} bad_returns[] = {
	{ "", APAM_E_DENIED, "from another login" },
	{ "code=c", APAM_E_DENIED, "from another login" },
	{ "code=c&state=", APAM_E_DENIED, "from another login" },
	{ "code=c&state=" VERIFIER "x", APAM_E_DENIED, "from another login" },
	{ "code=c&state=" VERIFIER "&state=" VERIFIER, APAM_E_DENIED,
	    "from another login" },
	{ "code=c&st%61te=x&state=" VERIFIER, APAM_E_DENIED,
	    "from another login" },
	{ "code=c&state=%zz", APAM_E_DENIED, "from another login" },
	{ "error=access_denied&state=x", APAM_E_DENIED, "from another login" },
	{ "code=c&iss=https%3A%2F%2Fevil.example&state=" VERIFIER,
	    APAM_E_DENIED, "from another issuer" },
	{ "code=c&iss=https%3A%2F%2Fserver.example.com%2F&state=" VERIFIER,
	    APAM_E_DENIED, "from another issuer" },
	{ "code=c&iss=https%3A%2F%2Fserver.example.com&iss=x&state=" VERIFIER,
	    APAM_E_DENIED, "from another issuer" },
	{ "code=c&state=" VERIFIER, APAM_E_DENIED, "without the issuer" },
	{ "error=access_denied&iss=https%3A%2F%2Fserver.example.com&state=" VERIFIER,
	    APAM_E_DENIED, "access_denied" },
	{ "error=server_error&iss=https%3A%2F%2Fserver.example.com&state=" VERIFIER,
	    APAM_E_PROVIDER, "server_error" },
	{ "error=FAKE&code=c&iss=https%3A%2F%2Fserver.example.com&state=" VERIFIER,
	    APAM_E_DENIED, "an unknown error code" },
	{ "error=&iss=https%3A%2F%2Fserver.example.com&state=" VERIFIER,
	    APAM_E_DENIED, "an unknown error code" },
	{ "iss=https%3A%2F%2Fserver.example.com&state=" VERIFIER,
	    APAM_E_PROVIDER, "without a code" },
	{ "code=&iss=https%3A%2F%2Fserver.example.com&state=" VERIFIER,
	    APAM_E_PROVIDER, "without a code" },
	{ "code=c&code=e&iss=https%3A%2F%2Fserver.example.com&state=" VERIFIER,
	    APAM_E_PROVIDER, "without a code" },
};

/* RFC 9207: this issuer says that it always names itself. */
static void
log_in_at_issuer(void)
{
	ck_assert_int_eq(
	    log_in(ISSUER "login = \"browser\";", BACK), APAM_STEP_EXCHANGE);
	ck_assert_int_eq(drive_step(&d, &op,
			     METADATA ",\"authorization_response_iss_parameter_"
				      "supported\":true}"),
	    APAM_STEP_REDIRECT);
}

START_TEST(refuses_returns)
{
	log_in_at_issuer();
	ck_assert_int_eq(come_back(bad_returns[_i].query), APAM_STEP_FAILED);
	ck_assert_msg(op.error.status == bad_returns[_i].status &&
		drive_holds(op.error.text, bad_returns[_i].why),
	    "%s: %s", bad_returns[_i].query, op.error.text);
	ck_assert(!drive_holds(op.error.text, "FAKE"));
}
END_TEST

START_TEST(takes_its_own_issuer)
{
	log_in_at_issuer();
	ck_assert_int_eq(
	    come_back("&&code=c+d%2F&iss=https%3A%2F%2Fserver.example.com"
		      "&session_state=x&state=" VERIFIER),
	    APAM_STEP_EXCHANGE);
	ck_assert(drive_holds(buf_view(&op.exchange.body).p, "&code=c+d%2F&"));
}
END_TEST

START_TEST(needs_no_issuer_that_was_not_promised)
{
	ck_assert_int_eq(log_in(ISSUER, BACK), APAM_STEP_EXCHANGE);
	ck_assert_int_eq(drive_step(&d, &op, METADATA "}"), APAM_STEP_REDIRECT);
	ck_assert_int_eq(
	    come_back("code=c&state=" VERIFIER), APAM_STEP_EXCHANGE);
}
END_TEST

/* ---- What is not there ------------------------------------------------ */

START_TEST(has_nowhere_to_come_back_to)
{
	ck_assert_int_eq(
	    log_in(BROWSER "login = \"browser\";", ""), APAM_STEP_FAILED);
	ck_assert_int_eq(op.error.status, APAM_E_CONFIG);
	ck_assert(drive_holds(op.error.text, "nowhere to come back to"));
}
END_TEST

START_TEST(refuses_a_memo_that_is_not_its_own)
{
	ck_assert_int_eq(log_in(BROWSER, BACK), APAM_STEP_REDIRECT);
	buf_set(&op.memo, APAM_STR("issuer x\nnothing y\n"));
	ck_assert_int_eq(come_back("code=c&state=" VERIFIER), APAM_STEP_FAILED);
	ck_assert_int_eq(op.error.status, APAM_E_INTERNAL);
}
END_TEST

START_TEST(refuses_control_characters)
{
	ck_assert_int_eq(
	    log_in(BASE STORE TOKEN_URL
		"device_url = \"https://server.example.com/device\";",
		""),
	    APAM_STEP_EXCHANGE);
	ck_assert_int_eq(
	    drive_step(&d, &op,
		"200" JSON "{\"device_code\":\"a\\nverifier b\","
		"\"user_code\":\"c\",\"verification_uri\":\"https://a/\","
		"\"expires_in\":60}"),
	    APAM_STEP_FAILED);
	ck_assert_int_eq(op.error.status, APAM_E_PROVIDER);
	ck_assert(drive_holds(op.error.text, "a control character"));
}
END_TEST

static const char *const bad_devices[] = {
	"200" JSON "{\"user_code\":\"c\",\"verification_uri\":\"https://a/\","
	"\"expires_in\":60}",
	"200" JSON "{\"device_code\":\"d\",\"verification_uri\":\"https://a/\","
	"\"expires_in\":60}",
	"200" JSON "{\"device_code\":\"d\",\"user_code\":\"c\","
	"\"expires_in\":60}",
	"200" JSON "{\"device_code\":\"d\",\"user_code\":\"c\","
	"\"verification_uri\":\"https://a/\"}",
	"200" JSON "{\"device_code\":\"d\",\"user_code\":\"c\","
	"\"verification_uri\":\"https://a/\",\"expires_in\":\"60\"}",
	"200" JSON "{\"device_code\":\"d\",\"user_code\":\"c\","
	"\"verification_uri\":\"https://a/\",\"expires_in\":-1}",
	"200\nContent-Type: text/html\n\n<html>",
	("200" JSON),
	"500",
};

START_TEST(refuses_device_answers)
{
	ck_assert_int_eq(
	    log_in(BASE STORE TOKEN_URL
		"device_url = \"https://server.example.com/device\";",
		""),
	    APAM_STEP_EXCHANGE);
	ck_assert_msg(drive_step(&d, &op, bad_devices[_i]) == APAM_STEP_FAILED,
	    "%s", bad_devices[_i]);
	ck_assert(!op.durable.succeeds);
}
END_TEST

/* ---- Memory ----------------------------------------------------------- */

#define TEXTS_MAX 64

/* Logins, up to their browser or their last request. */
static const struct {
	const char *options;
	const char *answers[4]; /* one for each step after the first */
	const char *back; /* the query after them, or NULL */
} scarce[] = {
	{ BROWSER, { NULL }, NULL },
	{ BROWSER, { NULL }, "code=c&state=" VERIFIER },
	{ ISSUER "login = \"browser\";", { METADATA "}" }, NULL },
	{ STORE "resource = \"https://a.example/mcp\";",
	    { "401",
		"200" JSON "{\"resource\":\"https://a.example/mcp\","
		"\"authorization_servers\":[\"https://server.example.com\"]}",
		NULL },
	    NULL },
	{ STORE "issuer = \"https://server.example.com\";"
		"login = \"browser\";",
	    { METADATA
		",\"registration_endpoint\":\"https://server.example.com/r\"}",
		"201" JSON "{\"client_id\":\"c\"}" },
	    NULL },
};

static enum apam_step
run(int row)
{
	enum apam_step step = drive_step(&d, &op, NULL);
	const char *const *answer = scarce[row].answers;

	for (; *answer != NULL && step == APAM_STEP_EXCHANGE; answer++)
		step = drive_step(&d, &op, *answer);
	if (step == APAM_STEP_REDIRECT && scarce[row].back != NULL)
		step = come_back(scarce[row].back);
	return step;
}

/* With too few texts it fails, and says why; there are enough at some time. */
START_TEST(survives_no_memory)
{
	enum apam_step step = APAM_STEP_FAILED;

	for (int n = 0; step == APAM_STEP_FAILED; n++) {
		ck_assert_int_lt(n, TEXTS_MAX);
		begin_login(scarce[_i].options, BACK);
		drive_limit_texts(&d, n);
		step = run(_i);
		ck_assert_msg(step != APAM_STEP_FAILED ||
			op.error.status == APAM_E_MEMORY,
		    "%d texts: %s", n, op.error.text);
		teardown();
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("oauth2-refresh-token");
	TCase *tc = tcase_create("module");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, refuses_options, 0, ROWS(bad_options));
	tcase_add_test(tc, shows_the_page);
	tcase_add_test(tc, keeps_the_query_of_the_page);
	tcase_add_test(tc, spends_the_code);
	tcase_add_loop_test(tc, ends_without_a_token, 0, ROWS(bad_ends));
	tcase_add_loop_test(tc, refuses_returns, 0, ROWS(bad_returns));
	tcase_add_test(tc, takes_its_own_issuer);
	tcase_add_test(tc, needs_no_issuer_that_was_not_promised);
	tcase_add_test(tc, has_nowhere_to_come_back_to);
	tcase_add_test(tc, refuses_a_memo_that_is_not_its_own);
	tcase_add_test(tc, refuses_control_characters);
	tcase_add_loop_test(tc, refuses_device_answers, 0, ROWS(bad_devices));
	tcase_add_loop_test(tc, survives_no_memory, 0, ROWS(scarce));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
