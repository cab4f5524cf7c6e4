/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the module oauth2-client-credentials: options, requests, every way
 * a token endpoint misbehaves (tests/vectors/oauth2-client-credentials/token,
 * a folder each), metadata, judging, checking and revoking.
 */
#include "support/cases.h"
#include "support/drive_open.h"
#include "support/refused.h"
#include "support/run.h"

#define VECTORS "tests/vectors/oauth2-client-credentials/token"
#define SECRET "FAKE secret&="
#define TOKEN "FAKE.old-token"
#define URL "https://auth.example/oauth2/token"
#define BASE "client_id = \"id\"; client_secret = \"env:FAKE\"; "
#define PLAIN BASE "token_url = \"" URL "\"; "
#define ISSUER BASE "issuer = \"https://auth.example/tenant/\"; "
#define JSON "\nContent-Type: application/json\n\n"
#define GOOD_TOKEN                                                             \
	"200" JSON "{\"access_token\":\"new\",\"token_type\":\"Bearer\"}"
#define METADATA                                                               \
	"200" JSON "{\"issuer\":\"https://auth.example/tenant/\","             \
	"\"token_endpoint\":\"https://auth.example/t\""

static struct drive d;
static const struct apam_module *module;

static void
setup(void)
{
	module = drive_load("modules/oauth2-client-credentials.so");
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

static const struct apam_credential_view credential = { sizeof(credential),
	{ TOKEN, sizeof(TOKEN) - 1 }, 1700000000 };

/* ---- Options ---------------------------------------------------------- */

static const struct {
	const char *text;
	const char *why; /* a part of the message */
} bad_options[] = {
	{ BASE, "token endpoint" },
	{ PLAIN "issuer = \"https://auth.example\";", "not both" },
	{ PLAIN "scope = [ \"a b\" ];", "element 1 is not a scope" },
	{ PLAIN "scope = [ \"a\", \"b\\\"\" ];", "element 2 is not a scope" },
	{ PLAIN "scope = [ \"caf\xc3\xa9\" ];", "element 1 is not a scope" },
	{ PLAIN "resource = [ \"relative/path\" ];", "not an absolute URI" },
	{ PLAIN "resource = [ \"https://a/#f\" ];", "not an absolute URI" },
	{ PLAIN "extra = { grant_type = \"password\"; };", "grant_type" },
	{ PLAIN "extra = { client_secret = \"x\"; };", "client_secret" },
	{ PLAIN "extra = { Scope = \"x\"; };", "Scope" },
	{ PLAIN "extra = { client_assertion = \"x\"; };", "assertion" },
	{ PLAIN "client_auth = \"tls\";", "client_auth" },
	{ BASE "issuer = \"https://auth.example/?a=b\";", "query" },
	{ "token_url = \"" URL "\"; client_id = \"id\";",
	    "give client_secret" },
	{ PLAIN "client_auth = \"none\";", "leave it out" },
};

START_TEST(refuses_options)
{
	drive_must_refuse(&d, module, bad_options[_i].text, SECRET,
	    bad_options[_i].why, SECRET);
}
END_TEST

/* ---- The token request ------------------------------------------------ */

static const struct {
	const char *options;
	const char *body;
	const char *authorization;
} requests[] = {
	{ PLAIN,
	    "grant_type=client_credentials&client_id=id"
	    "&client_secret=FAKE+secret%26%3D",
	    "" },
	/* RFC 6749, 2.3.1: "id:FAKE+secret%26%3D", encoded before base64. */
	{ PLAIN "client_auth = \"basic\";", "grant_type=client_credentials",
	    "Basic aWQ6RkFLRStzZWNyZXQlMjYlM0Q=" },
	{ PLAIN "client_auth = \"basic\";"
		"scope = [ \"openid\", \"https://login.example/user.read\" ];",
	    "grant_type=client_credentials"
	    "&scope=openid+https%3A%2F%2Flogin.example%2Fuser.read",
	    "Basic aWQ6RkFLRStzZWNyZXQlMjYlM0Q=" },
	{ PLAIN "client_auth = \"basic\"; audience = [ \"a\", \"b\" ];"
		"resource = [ \"https://r.example/\", \"urn:r\" ];"
		"extra = { tenant = \"t 1\"; };",
	    "grant_type=client_credentials&audience=a&audience=b"
	    "&resource=https%3A%2F%2Fr.example%2F&resource=urn%3Ar"
	    "&tenant=t+1",
	    "Basic aWQ6RkFLRStzZWNyZXQlMjYlM0Q=" },
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
	ck_assert_str_eq(drive_field(&op.exchange.headers, "Authorization"),
	    requests[_i].authorization);
	ck_assert_str_eq(drive_field(&op.exchange.headers, "Content-Type"),
	    "application/x-www-form-urlencoded");
	op_free(&op);
}
END_TEST

/* ---- The token endpoint's answers ------------------------------------- */

static struct cases cases;

START_TEST(reads_every_answer)
{
	const char *name = cases.list[_i]->d_name;
	char *response = cases_read(&cases, _i, "response");
	char *expected = cases_read(&cases, _i, "expected");
	char got[1024];
	struct op op;
	enum apam_step step;

	open_with(PLAIN "scope = [ \"a\", \"b\" ];");
	op_init(&op, OP_ACQUIRE, true, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
	step = drive_step(&d, &op, response);
	cases_describe(&op, step, got, sizeof(got));
	ck_assert_msg(strcmp(got, expected) == 0, "%s: got\n%s", name, got);

	/* Nothing that came or was sent is ever told. */
	ck_assert(!drive_holds(op.error.text, "CANARY"));
	ck_assert(!drive_holds(op.error.text, "FAKE"));
	ck_assert(!drive_holds(d.logged, "CANARY"));
	op_free(&op);
	free(expected);
	free(response);
}
END_TEST

static const struct {
	const char *scope; /* the member of the answer */
	const char *logged; /* a part, or NULL: nothing */
} grants[] = {
	{ "", NULL },
	{ ",\"scope\":\"b a\"", NULL },
	{ ",\"scope\":[\"b\",\"a\",\"c\"]", NULL },
	{ ",\"scope\":null", NULL },
	{ ",\"scope\":\"a\"", "1 of the 2 scopes" },
	{ ",\"scope\":\"ab\"", "2 of the 2 scopes" },
	{ ",\"scope\":[]", "2 of the 2 scopes" },
	{ ",\"scope\":[\"b\"]", "1 of the 2 scopes" },
	{ ",\"scope\":\"\"", "2 of the 2 scopes" },
};

START_TEST(notes_narrower_scopes)
{
	char answer[256];
	struct op op;

	(void)snprintf(answer, sizeof(answer),
	    "200" JSON "{\"access_token\":\"t\",\"token_type\":\"bearer\"%s}",
	    grants[_i].scope);
	open_with(PLAIN "scope = [ \"a\", \"b\" ];");
	op_init(&op, OP_ACQUIRE, true, NULL);
	(void)drive_step(&d, &op, NULL);
	ck_assert_int_eq(drive_step(&d, &op, answer), APAM_STEP_DONE);
	if (grants[_i].logged == NULL)
		ck_assert_msg(
		    d.logged[0] == '\0', "%s: %s", grants[_i].scope, d.logged);
	else
		ck_assert_msg(drive_holds(d.logged, grants[_i].logged),
		    "%s: %s", grants[_i].scope, d.logged);
	op_free(&op);
}
END_TEST

static const struct {
	const char *option;
	const char *type;
	bool taken;
} types[] = {
	{ "", "bearer", true },
	{ "", "Application Access Token", false },
	{ "token_type = \"Application Access Token\";",
	    "application access token", true },
	{ "token_type = \"Application Access Token\";", "Bearer", true },
	{ "token_type = \"Application Access Token\";", "DPoP", false },
};

START_TEST(a_type_may_have_another_name)
{
	char options[256], answer[256];
	struct op op;

	(void)snprintf(options, sizeof(options), PLAIN "%s", types[_i].option);
	(void)snprintf(answer, sizeof(answer),
	    "200" JSON "{\"access_token\":\"t\",\"token_type\":\"%s\"}",
	    types[_i].type);
	open_with(options);
	op_init(&op, OP_ACQUIRE, true, NULL);
	(void)drive_step(&d, &op, NULL);
	ck_assert_int_eq(
	    drive_step(&d, &op, answer) == APAM_STEP_DONE, types[_i].taken);
	op_free(&op);
}
END_TEST

/* ---- Metadata --------------------------------------------------------- */

static const struct {
	const char *issuer;
	const char *url;
} issuers[] = {
	/* RFC 8414, 3.1: before the path, whose last slash goes. */
	{ "https://a.example",
	    "https://a.example/.well-known/oauth-authorization-server" },
	{ "https://a.example/",
	    "https://a.example/.well-known/oauth-authorization-server" },
	{ "https://a.example:8443/t/1/",
	    "https://a.example:8443/.well-known/oauth-authorization-server"
	    "/t/1" },
	{ "https://a.example/t",
	    "https://a.example/.well-known/oauth-authorization-server/t" },
};

#define OPENID "/.well-known/openid-configuration"

START_TEST(inserts_the_path)
{
	char options[256];
	struct op op;

	(void)snprintf(options, sizeof(options), BASE "issuer = \"%s\";",
	    issuers[_i].issuer);
	open_with(options);
	op_init(&op, OP_ACQUIRE, true, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
	ck_assert_str_eq(op.exchange.method, "GET");
	ck_assert_str_eq(buf_view(&op.exchange.url).p, issuers[_i].url);
	ck_assert_uint_eq(op.exchange.body.n, 0);
	op_free(&op);
}
END_TEST

START_TEST(finds_the_endpoint)
{
	struct op op;

	open_with(ISSUER);
	op_init(&op, OP_ACQUIRE, true, NULL);
	(void)drive_step(&d, &op, NULL);
	ck_assert_int_eq(drive_step(&d, &op, METADATA "}"), APAM_STEP_EXCHANGE);
	ck_assert_str_eq(
	    buf_view(&op.exchange.url).p, "https://auth.example/t");
	ck_assert_str_eq(op.exchange.method, "POST");
	ck_assert_int_eq(drive_step(&d, &op, GOOD_TOKEN), APAM_STEP_DONE);
	ck_assert_str_eq(buf_view(&op.credential).p, "new");
	op_free(&op);
}
END_TEST

static const struct {
	const char *issuer;
	const char *url;
} discoveries[] = {
	/* OpenID Connect Discovery 1.0, 4: after the path, less its slash. */
	{ "https://a.example", "https://a.example" OPENID },
	{ "https://a.example/", "https://a.example" OPENID },
	{ "https://a.example:8443/t/1/", "https://a.example:8443/t/1" OPENID },
};

/* Where RFC 8414's place has nothing; and by a check and a revocation. */
START_TEST(tries_the_other_place)
{
	char options[256], answer[512];
	struct op op;

	(void)snprintf(options, sizeof(options), BASE "issuer = \"%s\";",
	    discoveries[_i].issuer);
	(void)snprintf(answer, sizeof(answer),
	    "200" JSON "{\"issuer\":\"%s\",\"token_endpoint\":"
	    "\"https://auth.example/t\",\"revocation_endpoint\":"
	    "\"https://auth.example/r\"}",
	    discoveries[_i].issuer);
	open_with(options);
	for (int kind = OP_ACQUIRE; kind <= OP_REVOKE; kind++) {
		op_init(&op, (enum op_kind)kind, true, &credential);
		(void)drive_step(&d, &op, NULL);
		ck_assert_int_eq(
		    drive_step(&d, &op, "404\n\n"), APAM_STEP_EXCHANGE);
		ck_assert_str_eq(op.exchange.method, "GET");
		ck_assert_str_eq(
		    buf_view(&op.exchange.url).p, discoveries[_i].url);
		ck_assert_int_eq(
		    drive_step(&d, &op, answer), APAM_STEP_EXCHANGE);
		ck_assert_str_eq(buf_view(&op.exchange.url).p,
		    kind == OP_REVOKE ? "https://auth.example/r" :
					"https://auth.example/t");
		op_free(&op);
	}
}
END_TEST

#define ISSUER_IS "{\"issuer\":\"https://auth.example/tenant"

static const struct {
	const char *answer;
	const char *why;
	bool configured; /* wrongly, on this side */
} bad_metadata[] = {
	{ "404\n\n", "nothing there", true },
	{ "401\n\n", "not the expected status", false },
	{ "302\nLocation: https://evil.example/\n\n", "redirect", false },
	{ "503\n\n", "fault of its own", false },
	{ "200\nContent-Type: text/html\n\n<html>", "HTML page", true },
	{ "200" JSON "{", "JSON", false },
	{ "200" JSON "{}", "issuer", true },
	{ "200" JSON "{\"issuer\":7}", "issuer", true },
	/* RFC 8414, 3.3: identical, the last slash too. */
	{ "200" JSON ISSUER_IS "\",\"token_endpoint\":\"https://a/t\"}",
	    "issuer", true },
	{ "200" JSON ISSUER_IS "/\"}", "no token_endpoint", false },
	{ "200" JSON ISSUER_IS "/\",\"token_endpoint\":\"http://a/t\"}",
	    "token_endpoint is not an https URL", false },
	{ "200" JSON ISSUER_IS "/\",\"token_endpoint\":\"https://a/ t\"}",
	    "token_endpoint is not an https URL", false },
	{ "200" JSON ISSUER_IS "/\",\"token_endpoint\":[]}",
	    "token_endpoint is not an https URL", false },
	{ METADATA ",\"revocation_endpoint\":\"http://a/\"}",
	    "revocation_endpoint is not an https URL", false },
	{ METADATA ",\"introspection_endpoint\":1}",
	    "introspection_endpoint is not an https URL", false },
};

START_TEST(refuses_metadata)
{
	struct op op;

	open_with(ISSUER);
	op_init(&op, OP_ACQUIRE, true, NULL);
	(void)drive_step(&d, &op, NULL);
	if (strncmp(bad_metadata[_i].answer, "404", 3) == 0)
		ck_assert_int_eq(
		    drive_step(&d, &op, "404\n\n"), APAM_STEP_EXCHANGE);
	ck_assert_msg(
	    drive_step(&d, &op, bad_metadata[_i].answer) == APAM_STEP_FAILED,
	    "%s: accepted", bad_metadata[_i].answer);
	ck_assert_msg(op.error.status ==
		(bad_metadata[_i].configured ? APAM_E_CONFIG : APAM_E_PROVIDER),
	    "%s: %s", bad_metadata[_i].answer,
	    apam_status_name(op.error.status));
	ck_assert_msg(drive_holds(op.error.text, bad_metadata[_i].why),
	    "%s: %s", bad_metadata[_i].answer, op.error.text);
	op_free(&op);
}
END_TEST

/* ---- Signing and judging ---------------------------------------------- */

START_TEST(signs_with_bearer)
{
	struct apam_request_view request = drive_request("GET", "/eyes");
	struct apam_signing out;

	open_with(PLAIN);
	ck_assert_int_eq(drive_sign(&d, &request, "a.b-c", &out), APAM_OK);
	ck_assert_ptr_null(signing_refused(&out));
	ck_assert_uint_eq(out.headers.count, 1);
	ck_assert_str_eq(
	    drive_field(&out.headers, "Authorization"), "Bearer a.b-c");
	signing_free(&out);
}
END_TEST

#define CHALLENGE(error)                                                       \
	"\nWWW-Authenticate: Bearer realm=\"x\", error=\"" error "\"\n\n"
/* The shape of 7SIGNAL's errors: `error` is a reason phrase. */
#define REASON(status, phrase)                                                 \
	status JSON "{\"timestamp\":1,\"status\":" status                      \
		    ",\"error\":\"" phrase "\",\"path\":\"/eyes\"}"

static const struct {
	const char *answer;
	enum apam_verdict verdict;
} verdicts[] = {
	{ "200" JSON "{}", APAM_VERDICT_ACCEPTED },
	{ "201" JSON "[]", APAM_VERDICT_ACCEPTED },
	{ "200\nContent-Type: application/hal+json\n\n{}",
	    APAM_VERDICT_ACCEPTED },
	{ "200\nContent-Type: Application/JSON; charset=utf-8\n\n{}",
	    APAM_VERDICT_ACCEPTED },
	{ "204\n\n", APAM_VERDICT_ACCEPTED },
	{ "200\nContent-Type: text/html\n\n<p>", APAM_VERDICT_UNKNOWN },
	{ "200" JSON " <!doctype html>", APAM_VERDICT_UNKNOWN },
	{ "200\n\n", APAM_VERDICT_UNKNOWN },
	{ "301\nLocation: /login\n\n", APAM_VERDICT_UNKNOWN },
	{ "302\nLocation: https://evil.example\n\n", APAM_VERDICT_UNKNOWN },
	{ "401\n\n", APAM_VERDICT_REJECTED },
	{ REASON("401", "Unauthorized"), APAM_VERDICT_REJECTED },
	{ REASON("401", "insufficient_scope"), APAM_VERDICT_REJECTED },
	{ "401" CHALLENGE("invalid_token"), APAM_VERDICT_REJECTED },
	{ "401" CHALLENGE("something"), APAM_VERDICT_REJECTED },
	{ "401" CHALLENGE("insufficient_scope"), APAM_VERDICT_FORBIDDEN },
	{ "401" CHALLENGE("invalid_request"), APAM_VERDICT_UNKNOWN },
	{ "401\nContent-Type: text/html\n\n<p>", APAM_VERDICT_SUSPECT },
	{ "401\nContent-Type: text/html\nWWW-Authenticate: Bearer\n\n<p>",
	    APAM_VERDICT_REJECTED },
	{ "400" CHALLENGE("invalid_token"), APAM_VERDICT_REJECTED },
	{ "400" CHALLENGE("invalid_request"), APAM_VERDICT_UNKNOWN },
	{ "400" JSON "{\"error\":\"invalid_token\"}", APAM_VERDICT_UNKNOWN },
	{ "403\n\n", APAM_VERDICT_FORBIDDEN },
	{ REASON("403", "Forbidden"), APAM_VERDICT_FORBIDDEN },
	{ "403" CHALLENGE("insufficient_scope"), APAM_VERDICT_FORBIDDEN },
	{ "403" CHALLENGE("invalid_token"), APAM_VERDICT_FORBIDDEN },
	{ REASON("404", "Not Found"), APAM_VERDICT_ACCEPTED },
	{ "404\nContent-Type: text/html\n\n<p>", APAM_VERDICT_UNKNOWN },
	{ "404\n\n", APAM_VERDICT_UNKNOWN },
	{ REASON("422", "Unprocessable"), APAM_VERDICT_ACCEPTED },
	{ REASON("407", "Proxy"), APAM_VERDICT_UNKNOWN },
	{ "429\n\n", APAM_VERDICT_THROTTLED },
	{ REASON("500", "Internal Server Error"), APAM_VERDICT_UNKNOWN },
	{ "503" CHALLENGE("invalid_token"), APAM_VERDICT_UNKNOWN },
};

START_TEST(judges)
{
	const char *reason;
	enum apam_verdict verdict;

	open_with(PLAIN);
	verdict = drive_judge(&d, verdicts[_i].answer, &reason);
	ck_assert_msg(verdict == verdicts[_i].verdict, "%s: %s",
	    verdicts[_i].answer, apam_verdict_name(verdict));
	ck_assert_ptr_nonnull(reason);
}
END_TEST

/* ---- Checking --------------------------------------------------------- */

#define INTROSPECT PLAIN "introspection_url = \"https://auth.example/i\"; "

static const struct {
	const char *answer;
	bool alive; /* else a mint has to decide */
} introspections[] = {
	{ "200" JSON "{\"active\":true}", true },
	{ "200" JSON "{\"active\":false}", false },
	{ "200" JSON "{\"active\":\"true\"}", false },
	{ "200" JSON "{\"active\":1}", false },
	{ "200" JSON "{\"active\":[true]}", false },
	{ "200" JSON "{}", false },
	{ "200" JSON "{\"active\":false,\"active\":true}", false },
	{ "200" JSON "{\"active\":true", false },
	{ "200\nContent-Type: text/html\n\n{\"active\":true}", false },
	{ "201" JSON "{\"active\":true}", false },
	{ "400" JSON "{\"error\":\"unsupported_token_type\"}", false },
	/* RFC 7662, 2.3: about us. */
	{ "401" JSON "{\"error\":\"invalid_client\"}", false },
	{ "403" JSON "{\"active\":true}", false },
	{ "302\nLocation: /\n\n", false },
	{ "503\n\n", false },
};

START_TEST(introspects)
{
	struct op op;
	enum apam_step step;

	open_with(INTROSPECT);
	op_init(&op, OP_CHECK, true, &credential);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
	ck_assert_str_eq(
	    buf_view(&op.exchange.url).p, "https://auth.example/i");
	ck_assert(drive_holds(buf_view(&op.exchange.body).p,
	    "token=" TOKEN "&token_type_hint=access_token&client_id=id"));
	step = drive_step(&d, &op, introspections[_i].answer);
	ck_assert_msg(step ==
		(introspections[_i].alive ? APAM_STEP_DONE :
					    APAM_STEP_EXCHANGE),
	    "%s: step %d", introspections[_i].answer, step);
	if (introspections[_i].alive)
		ck_assert_int_eq(op.key_state, APAM_KEY_GOOD);
	else
		ck_assert_str_eq(buf_view(&op.exchange.url).p, URL);
	op_free(&op);
}
END_TEST

static const struct {
	const char *answer;
	enum apam_key_state state;
	const char *evidence;
} mints[] = {
	{ GOOD_TOKEN, APAM_KEY_GOOD, "fresh token" },
	{ "400" JSON "{\"error\":\"invalid_client\"}", APAM_KEY_REVOKED,
	    "invalid_client" },
	{ "401" JSON "{\"error\":\"CANARY\"}", APAM_KEY_REVOKED, "401" },
	{ "401\n\n", APAM_KEY_REVOKED, "401" },
	{ "401\nContent-Type: text/html\n\n<p>", APAM_KEY_UNKNOWN, "HTML" },
	{ "400" JSON "{\"error\":\"invalid_grant\"}", APAM_KEY_UNKNOWN,
	    "invalid_grant" },
	{ "403" JSON "{\"error\":\"invalid_client\"}", APAM_KEY_UNKNOWN,
	    "403" },
	{ "302\nLocation: /login\n\n", APAM_KEY_UNKNOWN, "redirect" },
	{ "429\n\n", APAM_KEY_UNKNOWN, "too many" },
	{ "500\n\n", APAM_KEY_UNKNOWN, "500" },
	{ "200" JSON "{}", APAM_KEY_UNKNOWN, "no access_token" },
};

/* Answers of something else than a token endpoint: nobody was asked. */
static const char *const elsewhere[] = {
	"200\nContent-Type: text/html\n\n<p>",
	"200\nContent-Type: text/plain\n\n{}",
	"301\nLocation: /\n\n",
	"308\nLocation: /\n\n",
	"404\n\n",
	"404\nContent-Type: text/html\n\n<p>",
	"405\n\n",
	"410\n\n",
};

START_TEST(a_wrong_url_is_a_fault_of_configuration)
{
	struct op op;

	open_with(PLAIN);
	for (int kind = OP_ACQUIRE; kind <= OP_CHECK; kind++) {
		op_init(&op, (enum op_kind)kind, true, NULL);
		(void)drive_step(&d, &op, NULL);
		ck_assert_int_eq(
		    drive_step(&d, &op, elsewhere[_i]), APAM_STEP_FAILED);
		ck_assert_msg(op.error.status == APAM_E_CONFIG, "%s: %s",
		    elsewhere[_i], apam_status_name(op.error.status));
		op_free(&op);
	}
}
END_TEST

START_TEST(mints_to_check)
{
	struct op op;

	open_with(PLAIN);
	op_init(&op, OP_CHECK, true, &credential);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
	ck_assert_int_eq(drive_step(&d, &op, mints[_i].answer), APAM_STEP_DONE);
	ck_assert_msg(op.key_state == mints[_i].state, "%s: %s",
	    mints[_i].answer, apam_key_state_name(op.key_state));
	ck_assert_msg(drive_holds(op.evidence, mints[_i].evidence), "%s: %s",
	    mints[_i].answer, op.evidence);
	ck_assert(!drive_holds(op.evidence, "CANARY"));
	op_free(&op);
}
END_TEST

START_TEST(checks_by_metadata)
{
	struct op op;

	open_with(ISSUER);
	op_init(&op, OP_CHECK, true, &credential);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
	ck_assert_int_eq(drive_step(&d, &op,
			     METADATA ",\"introspection_endpoint\":"
				      "\"https://auth.example/i\"}"),
	    APAM_STEP_EXCHANGE);
	ck_assert_str_eq(
	    buf_view(&op.exchange.url).p, "https://auth.example/i");
	ck_assert_int_eq(drive_step(&d, &op, "401\n\n"), APAM_STEP_EXCHANGE);
	ck_assert_str_eq(
	    buf_view(&op.exchange.url).p, "https://auth.example/t");
	ck_assert_int_eq(drive_step(&d, &op, GOOD_TOKEN), APAM_STEP_DONE);
	ck_assert_int_eq(op.key_state, APAM_KEY_GOOD);
	op_free(&op);
}
END_TEST

START_TEST(checks_without_metadata)
{
	struct op op;

	open_with(ISSUER);
	op_init(&op, OP_CHECK, true, NULL);
	(void)drive_step(&d, &op, NULL);
	ck_assert_int_eq(drive_step(&d, &op, "401\n\n"), APAM_STEP_DONE);
	ck_assert_int_eq(op.key_state, APAM_KEY_UNKNOWN);
	ck_assert(drive_holds(op.evidence, "issuer metadata"));
	op_free(&op);
}
END_TEST

/* No token to ask about: one is minted, and then asked about. */
static const struct {
	const char *answer;
	const char *evidence;
} fresh[] = {
	{ "200" JSON "{\"active\":true}",
	    "introspection: the token is active" },
	{ "200" JSON "{\"active\":false}",
	    "introspection: the token is not active (HTTP 200)" },
	{ "401\n\n",
	    "introspection: it does not accept this client (HTTP 401)" },
	{ "404\n\n", "introspection: nothing there" },
};

static void
check_fresh(const char *options, const char *metadata, int row)
{
	struct op op;

	open_with(options);
	op_init(&op, OP_CHECK, true, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
	if (metadata != NULL)
		ck_assert_int_eq(
		    drive_step(&d, &op, metadata), APAM_STEP_EXCHANGE);
	ck_assert_str_eq(buf_view(&op.exchange.url).p,
	    metadata == NULL ? URL : "https://auth.example/t");
	ck_assert_int_eq(drive_step(&d, &op, GOOD_TOKEN), APAM_STEP_EXCHANGE);
	ck_assert_str_eq(
	    buf_view(&op.exchange.url).p, "https://auth.example/i");
	ck_assert(drive_holds(buf_view(&op.exchange.body).p,
	    "token=new&token_type_hint=access_token&client_id=id"));
	ck_assert_int_eq(
	    drive_step(&d, &op, fresh[row].answer), APAM_STEP_DONE);
	ck_assert_int_eq(op.key_state, APAM_KEY_GOOD);
	ck_assert_msg(drive_holds(op.evidence,
			  "token endpoint: a fresh token was issued; ") &&
		drive_holds(op.evidence, fresh[row].evidence),
	    "%s", op.evidence);
	/* It is good to use. */
	ck_assert_str_eq(buf_view(&op.credential).p, "new");
	op_free(&op);
}

START_TEST(introspects_what_it_mints)
{
	check_fresh(INTROSPECT, NULL, _i);
	teardown();
	setup();
	check_fresh(ISSUER,
	    METADATA ",\"introspection_endpoint\":\"https://auth.example/i\"}",
	    _i);
}
END_TEST

/* A mint that fails leaves nothing to ask about. */
START_TEST(a_mint_that_fails_is_the_end)
{
	struct op op;

	open_with(INTROSPECT);
	op_init(&op, OP_CHECK, true, NULL);
	(void)drive_step(&d, &op, NULL);
	ck_assert_int_eq(drive_step(&d, &op, "401\n\n"), APAM_STEP_DONE);
	ck_assert_int_eq(op.key_state, APAM_KEY_REVOKED);
	op_free(&op);
}
END_TEST

/* The evidence names what was not granted. */
START_TEST(a_partial_grant_is_evidence)
{
	struct op op;

	open_with(PLAIN "scope = [ \"read\", \"write\" ];");
	op_init(&op, OP_CHECK, true, NULL);
	(void)drive_step(&d, &op, NULL);
	ck_assert_int_eq(drive_step(&d, &op,
			     "200" JSON "{\"access_token\":\"t\","
			     "\"token_type\":\"bearer\","
			     "\"scope\":\"read\"}"),
	    APAM_STEP_DONE);
	ck_assert_int_eq(op.key_state, APAM_KEY_GOOD);
	ck_assert_str_eq(op.evidence,
	    "token endpoint: a fresh token was issued without 1 of the 2 "
	    "scopes: write");
	ck_assert(drive_holds(d.logged, "were not granted: write"));
	op_free(&op);
}
END_TEST

/* ---- Revoking --------------------------------------------------------- */

#define REVOKE PLAIN "revocation_url = \"https://auth.example/r\"; "

static const struct {
	const char *answer;
	enum apam_status status;
	const char *why;
} revocations[] = {
	{ "200\n\n", APAM_OK, "" },
	{ "200\nContent-Type: text/html\n\n<p>", APAM_OK, "" },
	{ "503\nRetry-After: 5\n\n", APAM_E_PROVIDER, "still valid" },
	{ "500\n\n", APAM_E_PROVIDER, "fault of its own" },
	{ "302\nLocation: /\n\n", APAM_E_PROVIDER, "redirect" },
	{ "429\n\n", APAM_E_THROTTLED, "too many" },
	{ "400" JSON "{\"error\":\"unsupported_token_type\"}", APAM_E_DENIED,
	    "does not revoke" },
	/* About us: whether the token was revoked is not known. */
	{ "401\n\n", APAM_E_PROVIDER, "this client: the token is still valid" },
	{ "404\n\n", APAM_E_CONFIG, "nothing there" },
	{ "204\n\n", APAM_E_PROVIDER, "not the expected status" },
};

START_TEST(revokes)
{
	struct op op;
	enum apam_step step;

	open_with(REVOKE);
	op_init(&op, OP_REVOKE, true, &credential);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
	ck_assert_str_eq(
	    buf_view(&op.exchange.url).p, "https://auth.example/r");
	ck_assert(drive_holds(buf_view(&op.exchange.body).p,
	    "token=" TOKEN "&token_type_hint=access_token&client_id=id"));
	step = drive_step(&d, &op, revocations[_i].answer);
	ck_assert_msg(op.error.status == revocations[_i].status &&
		drive_holds(op.error.text, revocations[_i].why),
	    "%s: %s", revocations[_i].answer, op.error.text);
	ck_assert_int_eq(step,
	    revocations[_i].status == APAM_OK ? APAM_STEP_DONE :
						APAM_STEP_FAILED);
	op_free(&op);
}
END_TEST

START_TEST(has_nowhere_to_revoke)
{
	struct op op;

	open_with(PLAIN);
	op_init(&op, OP_REVOKE, true, &credential);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_FAILED);
	ck_assert_int_eq(op.error.status, APAM_E_POLICY);
	op_free(&op);
}
END_TEST

START_TEST(has_nothing_to_revoke)
{
	struct op op;

	open_with(REVOKE);
	op_init(&op, OP_REVOKE, true, NULL);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_DONE);
	op_free(&op);
}
END_TEST

START_TEST(revokes_by_metadata)
{
	struct op op;

	open_with(ISSUER);
	op_init(&op, OP_REVOKE, true, &credential);
	ck_assert_int_eq(drive_step(&d, &op, NULL), APAM_STEP_EXCHANGE);
	ck_assert_int_eq(drive_step(&d, &op,
			     METADATA ",\"revocation_endpoint\":"
				      "\"https://auth.example/r\"}"),
	    APAM_STEP_EXCHANGE);
	ck_assert_str_eq(
	    buf_view(&op.exchange.url).p, "https://auth.example/r");
	ck_assert_int_eq(drive_step(&d, &op, "200\n\n"), APAM_STEP_DONE);
	op_free(&op);
}
END_TEST

/* ---- Memory that runs out --------------------------------------------- */

#define SCARCE                                                                 \
	REVOKE INTROSPECT_AT "client_auth = \"basic\"; scope = [ \"a\" ]; "
#define INTROSPECT_AT "introspection_url = \"https://auth.example/i\"; "

static const struct {
	enum op_kind kind;
	int texts; /* that can be made */
	bool fails;
} scarce[] = {
	{ OP_ACQUIRE, 0, true },
	{ OP_ACQUIRE, 1, true },
	{ OP_ACQUIRE, 2, true },
	{ OP_ACQUIRE, 3, false },
	{ OP_CHECK, 0, true },
	{ OP_CHECK, 1, true },
	{ OP_CHECK, 2, false },
	{ OP_REVOKE, 0, true },
	{ OP_REVOKE, 1, true },
	{ OP_REVOKE, 2, false },
};

/* Half a request must not go out: its refusal would condemn the key. */
START_TEST(survives_no_memory)
{
	struct op op;
	enum apam_step step;

	open_with(SCARCE);
	drive_limit_texts(&d, scarce[_i].texts);
	op_init(&op, scarce[_i].kind, true, &credential);
	step = drive_step(&d, &op, NULL);
	ck_assert_int_eq(
	    step, scarce[_i].fails ? APAM_STEP_FAILED : APAM_STEP_EXCHANGE);
	ck_assert_int_eq(
	    op.error.status, scarce[_i].fails ? APAM_E_MEMORY : APAM_OK);
	op_free(&op);
}
END_TEST

START_TEST(signs_nothing_without_memory)
{
	struct apam_request_view request = drive_request("GET", "/");
	struct apam_signing out;

	open_with(PLAIN);
	drive_limit_texts(&d, _i);
	ck_assert_int_eq(drive_sign(&d, &request, "t", &out),
	    _i == 0 ? APAM_E_MEMORY : APAM_OK);
	ck_assert_uint_eq(out.headers.count, _i == 0 ? 0 : 1);
	signing_free(&out);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("oauth2-client-credentials");
	TCase *tc = tcase_create("module");

	cases_find(&cases, VECTORS);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, refuses_options, 0, ROWS(bad_options));
	tcase_add_loop_test(tc, asks_for_a_token, 0, ROWS(requests));
	tcase_add_loop_test(tc, reads_every_answer, 0, cases.count);
	tcase_add_loop_test(tc, a_type_may_have_another_name, 0, ROWS(types));
	tcase_add_loop_test(tc, notes_narrower_scopes, 0, ROWS(grants));
	tcase_add_loop_test(tc, inserts_the_path, 0, ROWS(issuers));
	tcase_add_test(tc, finds_the_endpoint);
	tcase_add_loop_test(tc, tries_the_other_place, 0, ROWS(discoveries));
	tcase_add_loop_test(tc, refuses_metadata, 0, ROWS(bad_metadata));
	tcase_add_test(tc, signs_with_bearer);
	tcase_add_loop_test(tc, judges, 0, ROWS(verdicts));
	tcase_add_loop_test(tc, introspects, 0, ROWS(introspections));
	tcase_add_loop_test(tc, mints_to_check, 0, ROWS(mints));
	tcase_add_loop_test(
	    tc, a_wrong_url_is_a_fault_of_configuration, 0, ROWS(elsewhere));
	tcase_add_test(tc, checks_by_metadata);
	tcase_add_test(tc, checks_without_metadata);
	tcase_add_loop_test(tc, introspects_what_it_mints, 0, ROWS(fresh));
	tcase_add_test(tc, a_mint_that_fails_is_the_end);
	tcase_add_test(tc, a_partial_grant_is_evidence);
	tcase_add_loop_test(tc, revokes, 0, ROWS(revocations));
	tcase_add_test(tc, has_nowhere_to_revoke);
	tcase_add_test(tc, has_nothing_to_revoke);
	tcase_add_test(tc, revokes_by_metadata);
	tcase_add_loop_test(tc, survives_no_memory, 0, ROWS(scarce));
	tcase_add_loop_test(tc, signs_nothing_without_memory, 0, 2);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
