/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each answer of 7SIGNAL, or of another provider of OAuth tokens, means:
 * of the token endpoint (RFC 6749), of introspection (RFC 7662), of the
 * issuer's metadata (RFC 8414) and of the API (RFC 6750).
 *
 * Only invalid_client, or a bare 401 of the token endpoint, says that the key
 * is dead; only a fresh token, or an active one, says that it lives.
 */
#include "support/facts.h"

#define SCHEME "oauth2-client-credentials"
#define CLIENT "client_id = \"id\"; client_secret = \"env:FACTS_SECRET\"; "
#define MINT "/token"
#define ASK "/introspect"
#define FIND "/.well-known/oauth-authorization-server"
#define FIND_ELSEWHERE "/.well-known/openid-configuration"
#define PLAIN CLIENT "token_url = \"%" MINT "\"; "
#define PROBED PLAIN "probe = \"GET " PROBE "\"; "
#define INTROSPECTED PLAIN "introspection_url = \"%" ASK "\"; "
#define ISSUED CLIENT "issuer = \"%\"; "

#define TOKEN(more)                                                            \
	"200" JSON "{\"access_token\":\"CANARY.a.b\",\"token_type\":"          \
	"\"Bearer\"" more "}"
#define ERROR(code) JSON "{\"error\":\"" code "\"}"
/* 7SIGNAL's own errors, where `error` is a reason phrase. */
#define REASON(status, phrase)                                                 \
	status JSON "{\"timestamp\":1,\"status\":" status                      \
		    ",\"error\":\"" phrase "\",\"message\":\"CANARY\","        \
		    "\"path\":\"/eyes\",\"requestId\":\"r\"}"
#define BEARER(error)                                                          \
	"\nContent-Type: application/json\n"                                   \
	"WWW-Authenticate: Bearer realm=\"x\", error=\"" error "\"\n\n{}"

static struct facts t;

static void
teardown(void)
{
	facts_close(&t);
}

/* ---- The token endpoint ------------------------------------------------ */

#define GIVEN "token endpoint: a fresh token was issued"
#define SAYS(text) "token endpoint: " text
#define DEAD                                                                   \
	"the client is revoked or unknown, or its secret or key is wrong; or " \
	"the URL is not that of the token endpoint (HTTP 401)"
#define GOES "a redirect, which is never followed: is the URL right?"
#define IS_PAGE "an HTML page where JSON was expected"
#define IS_FAULT "the server has a fault of its own"

static const struct fact mints[] = {
	/* Fresh tokens, in all the shapes that are sent. */
	{ "as documented",
	    TOKEN(",\"expires_in\":86400,\"scope\":[\"openid\",\"user.read\"]"),
	    APAM_KEY_GOOD, GIVEN },
	{ "scope as a string", TOKEN(",\"scope\":\"openid user.read\""),
	    APAM_KEY_GOOD, GIVEN },
	{ "without a life", TOKEN(""), APAM_KEY_GOOD, GIVEN },
	{ "a life as a string", TOKEN(",\"expires_in\":\"86400\""),
	    APAM_KEY_GOOD, GIVEN },
	{ "a life of nothing", TOKEN(",\"expires_in\":0"), APAM_KEY_GOOD,
	    GIVEN },
	{ "a refresh token beside it", TOKEN(",\"refresh_token\":\"CANARY\""),
	    APAM_KEY_GOOD, GIVEN },
	{ "type in lower case",
	    "200" JSON "{\"access_token\":\"a\",\"token_type\":\"bearer\"}",
	    APAM_KEY_GOOD, GIVEN },

	/* 200, and no token. */
	{ "another type",
	    "200" JSON "{\"access_token\":\"a\",\"token_type\":\"DPoP\"}",
	    APAM_KEY_UNKNOWN, SAYS("token_type is not bearer (HTTP 200)") },
	{ "no type", "200" JSON "{\"access_token\":\"a\"}", APAM_KEY_UNKNOWN,
	    SAYS("the answer has no token_type (HTTP 200)") },
	{ "no token", "200" JSON "{\"token_type\":\"Bearer\"}",
	    APAM_KEY_UNKNOWN,
	    SAYS("the answer has no access_token (HTTP 200)") },
	{ "a token that is none",
	    "200" JSON "{\"access_token\":7,\"token_type\":\"Bearer\"}",
	    APAM_KEY_UNKNOWN,
	    SAYS("access_token is not a text, or is empty (HTTP 200)") },
	{ "an error with 200", "200" ERROR("invalid_client"), APAM_KEY_UNKNOWN,
	    SAYS("the answer has no access_token (HTTP 200)") },
	{ "empty", "200" JSON, APAM_KEY_UNKNOWN,
	    SAYS("an empty answer (HTTP 200)") },
	{ "a page", "200" PAGE, APAM_KEY_UNKNOWN, SAYS(IS_PAGE " (HTTP 200)") },
	{ "a page called JSON", "200" JSON "<html>", APAM_KEY_UNKNOWN,
	    SAYS(IS_PAGE " (HTTP 200)") },
	{ "a token called text",
	    "200\nContent-Type: text/plain\n\n{\"access_token\":\"a\","
	    "\"token_type\":\"Bearer\"}",
	    APAM_KEY_UNKNOWN, SAYS("the content type is not JSON (HTTP 200)") },
	{ "two tokens",
	    "200" JSON "{\"access_token\":\"a\",\"access_token\":\"b\","
	    "\"token_type\":\"Bearer\"}",
	    APAM_KEY_UNKNOWN,
	    SAYS("the JSON has a duplicate name (HTTP 200)") },
	{ "no JSON", "200" JSON "{\"access_token\":", APAM_KEY_UNKNOWN,
	    SAYS("the JSON ends too early (HTTP 200)") },
	{ "created, without a type", "201" JSON "{\"access_token\":\"a\"}",
	    APAM_KEY_UNKNOWN, SAYS("the answer has no token_type (HTTP 201)") },
	{ "no content", "204\n\n", APAM_KEY_UNKNOWN,
	    SAYS("not the expected status (HTTP 204)") },

	/* Redirects, whatever they point to. */
	{ "moved", "301" TO(PROBE), APAM_KEY_UNKNOWN,
	    SAYS(GOES " (HTTP 301)") },
	{ "found", "302" TO("/login"), APAM_KEY_UNKNOWN,
	    SAYS(GOES " (HTTP 302)") },
	{ "see other", "303" TO(PROBE), APAM_KEY_UNKNOWN,
	    SAYS(GOES " (HTTP 303)") },
	{ "post it again", "307" TO(PROBE), APAM_KEY_UNKNOWN,
	    SAYS(GOES " (HTTP 307)") },
	{ "post it there for ever", "308" TO(PROBE), APAM_KEY_UNKNOWN,
	    SAYS(GOES " (HTTP 308)") },

	/* Refusals: RFC 6749, 5.2. */
	{ "invalid_client", "400" ERROR("invalid_client"), APAM_KEY_REVOKED,
	    SAYS("invalid_client: the client is revoked or unknown,"
		 " or its secret or key is wrong (HTTP 400)") },
	{ "invalid_client, 401", "401" ERROR("invalid_client"),
	    APAM_KEY_REVOKED,
	    SAYS("invalid_client: the client is revoked or unknown,"
		 " or its secret or key is wrong (HTTP 401)") },
	{ "invalid_grant", "400" ERROR("invalid_grant"), APAM_KEY_UNKNOWN,
	    SAYS("invalid_grant: usually a wrong or missing grant_type,"
		 " not a dead key (HTTP 400)") },
	{ "invalid_request", "400" ERROR("invalid_request"), APAM_KEY_UNKNOWN,
	    SAYS("invalid_request: look at client_auth and extra"
		 " (HTTP 400)") },
	{ "invalid_scope", "400" ERROR("invalid_scope"), APAM_KEY_UNKNOWN,
	    SAYS("invalid_scope: look at scope, and what the client may ask"
		 " (HTTP 400)") },
	{ "invalid_target", "400" ERROR("invalid_target"), APAM_KEY_UNKNOWN,
	    SAYS("invalid_target: look at resource (HTTP 400)") },
	{ "unauthorized_client", "400" ERROR("unauthorized_client"),
	    APAM_KEY_UNKNOWN,
	    SAYS("unauthorized_client: the client may not use this grant"
		 " (HTTP 400)") },
	{ "unsupported_grant_type", "400" ERROR("unsupported_grant_type"),
	    APAM_KEY_UNKNOWN,
	    SAYS("unsupported_grant_type: no client credentials here"
		 " (HTTP 400)") },
	{ "a code of its own", "400" ERROR("CANARY"), APAM_KEY_UNKNOWN,
	    SAYS("a refusal without a known error code (HTTP 400)") },
	{ "7SIGNAL's 400", REASON("400", "Bad Request"), APAM_KEY_UNKNOWN,
	    SAYS("a refusal without a known error code (HTTP 400)") },
	{ "a page, 400", "400" PAGE, APAM_KEY_UNKNOWN,
	    SAYS(IS_PAGE " (HTTP 400)") },
	{ "401 with another code", "401" ERROR("invalid_request"),
	    APAM_KEY_UNKNOWN,
	    SAYS("invalid_request: look at client_auth and extra"
		 " (HTTP 401)") },
	{ "7SIGNAL's 401", REASON("401", "Unauthorized"), APAM_KEY_REVOKED,
	    SAYS(DEAD) },
	{ "401 and nothing else", "401\n\n", APAM_KEY_REVOKED, SAYS(DEAD) },
	{ "a page, 401", "401" PAGE, APAM_KEY_UNKNOWN,
	    SAYS(IS_PAGE " (HTTP 401)") },
	{ "a page that asks who we are",
	    "401\nWWW-Authenticate: Basic realm=\"x\"" PAGE, APAM_KEY_REVOKED,
	    SAYS(DEAD) },

	/* What is about the request, the place or the load. */
	{ "7SIGNAL's 403", REASON("403", "Forbidden"), APAM_KEY_UNKNOWN,
	    SAYS("the client may not have a token (HTTP 403)") },
	{ "invalid_client, 403", "403" ERROR("invalid_client"),
	    APAM_KEY_UNKNOWN,
	    SAYS("the client may not have a token (HTTP 403)") },
	{ "a page, 403", "403" PAGE, APAM_KEY_UNKNOWN,
	    SAYS(IS_PAGE " (HTTP 403)") },
	{ "404", REASON("404", "Not Found"), APAM_KEY_UNKNOWN,
	    SAYS("nothing there: is the URL right? (HTTP 404)") },
	{ "405", REASON("405", "Method Not Allowed"), APAM_KEY_UNKNOWN,
	    SAYS("nothing there: is the URL right? (HTTP 405)") },
	{ "a proxy wants to know us", "407\n\n", APAM_KEY_UNKNOWN,
	    SAYS("not the expected status (HTTP 407)") },
	{ "too many", REASON("429", "Too Many Requests"), APAM_KEY_UNKNOWN,
	    SAYS("too many requests (HTTP 429)") },
	{ "too many, and when",
	    "429\nx-ratelimit-remaining: 0\nx-ratelimit-replenish-rate: 2\n\n",
	    APAM_KEY_UNKNOWN, SAYS("too many requests (HTTP 429)") },
	{ "500", REASON("500", "Internal Server Error"), APAM_KEY_UNKNOWN,
	    SAYS(IS_FAULT " (HTTP 500)") },
	{ "502, a page", "502" PAGE, APAM_KEY_UNKNOWN,
	    SAYS(IS_FAULT " (HTTP 502)") },
	{ "503", "503\nRetry-After: 9\n\n", APAM_KEY_UNKNOWN,
	    SAYS(IS_FAULT " (HTTP 503)") },
	{ "invalid_client, 503", "503" ERROR("invalid_client"),
	    APAM_KEY_UNKNOWN, SAYS(IS_FAULT " (HTTP 503)") },
	{ "504", "504" PAGE, APAM_KEY_UNKNOWN, SAYS(IS_FAULT " (HTTP 504)") },
	FACTS_BROKEN,
};

START_TEST(a_mint_decides)
{
	facts_open(&t, SCHEME, PLAIN);
	facts_check(&t, MINT, &mints[_i]);
}
END_TEST

START_TEST(acquiring_agrees)
{
	facts_open(&t, SCHEME, PLAIN);
	facts_acquire(&t, MINT, &mints[_i]);
}
END_TEST

/* ---- Introspection ----------------------------------------------------- */

/* NULL: it says that the token is active, and nobody has to mint. */
static const struct {
	const char *name;
	const char *answer;
	const char *says;
} introspections[] = {
	{ "active", "200" JSON "{\"active\":true}", NULL },
	{ "not active", "200" JSON "{\"active\":false}",
	    "the token is not active (HTTP 200)" },
	{ "active as a string", "200" JSON "{\"active\":\"true\"}",
	    "the answer has no boolean active (HTTP 200)" },
	{ "active as a number", "200" JSON "{\"active\":1}",
	    "the answer has no boolean active (HTTP 200)" },
	{ "no word of it", "200" JSON "{}",
	    "the answer has no boolean active (HTTP 200)" },
	{ "both", "200" JSON "{\"active\":false,\"active\":true}",
	    "the JSON has a duplicate name (HTTP 200)" },
	{ "active as text",
	    "200\nContent-Type: text/plain\n\n{\"active\":true}",
	    "the content type is not JSON (HTTP 200)" },
	{ "a page", "200" PAGE, IS_PAGE " (HTTP 200)" },
	{ "empty", "200" JSON, "the body is empty (HTTP 200)" },
	{ "active, created", "201" JSON "{\"active\":true}",
	    "not the expected status (HTTP 201)" },
	{ "a redirect", "302" TO(PROBE), GOES " (HTTP 302)" },
	{ "a JWT", "400" ERROR("unsupported_token_type"),
	    "unsupported_token_type: it cannot be asked about this token (HTTP "
	    "400)" },
	{ "400", "400" ERROR("CANARY"), "not the expected status (HTTP 400)" },
	/* RFC 7662, 2.3: about us. */
	{ "401", "401" ERROR("invalid_client"),
	    "it does not accept this client (HTTP 401)" },
	{ "a page, 401", "401" PAGE,
	    "it does not accept this client (HTTP 401)" },
	{ "active, and forbidden", "403" JSON "{\"active\":true}",
	    "not the expected status (HTTP 403)" },
	{ "404", "404" PAGE, "nothing there: is the URL right? (HTTP 404)" },
	{ "429", "429\n\n", "too many requests (HTTP 429)" },
	{ "inactive, and down", "503" JSON "{\"active\":false}",
	    IS_FAULT " (HTTP 503)" },
};

/* What comes after it: a token, no word, a refusal. */
static const struct fact after[] = {
	{ "", TOKEN(""), APAM_KEY_GOOD, GIVEN },
	{ "", "503\n\n", APAM_KEY_UNKNOWN, SAYS(IS_FAULT " (HTTP 503)") },
	{ "", "401" ERROR("invalid_client"), APAM_KEY_REVOKED,
	    SAYS("invalid_client: the client is revoked or unknown,"
		 " or its secret or key is wrong (HTTP 401)") },
};

/* A token in use, without which nobody asks about it. */
static void
use_a_token(void)
{
	facts_answer(&t, MINT, TOKEN(""));
	facts_fly(&t, FLIGHT_ACQUIRE);
	ck_assert_ptr_nonnull(t.flight->made);
	t.with = credential_hold(t.flight->made);
}

/* It proves a key by its yes alone; else the mint decides, and both say. */
START_TEST(introspection_says_yes_or_nothing)
{
	const struct fact *mint = &after[_i % ROWS(after)];
	const char *name = introspections[_i / ROWS(after)].name;
	const char *says = introspections[_i / ROWS(after)].says;
	char evidence[512];

	facts_open(&t, SCHEME, INTROSPECTED);
	use_a_token();
	facts_answer(&t, ASK, introspections[_i / ROWS(after)].answer);
	facts_answer(&t, MINT, mint->answer);
	facts_fly(&t, FLIGHT_PROVE);
	if (says == NULL) {
		facts_found(&t, name, APAM_KEY_GOOD,
		    "introspection: the token is active");
		facts_not_followed(&t, name, ASK);
		return;
	}
	(void)snprintf(evidence, sizeof(evidence), "introspection: %s; %s",
	    says, mint->evidence);
	ck_assert_uint_lt(strlen(evidence), APAM_EVIDENCE_SIZE);
	facts_found(&t, name, mint->state, evidence);
	facts_not_followed(&t, name, MINT);
}
END_TEST

static const struct fact silent_introspections[] = { FACTS_BROKEN };

START_TEST(introspection_breaks)
{
	facts_open(&t, SCHEME, INTROSPECTED);
	use_a_token();
	facts_check(&t, ASK, &silent_introspections[_i]);
}
END_TEST

/* ---- Metadata ---------------------------------------------------------- */

#define FOUND(text) "issuer metadata: " text

static const struct fact metadata[] = {
	/* 7SIGNAL has none: unauthenticated, everything there is 401. */
	{ "7SIGNAL's", REASON("401", "Unauthorized"), APAM_KEY_UNKNOWN,
	    FOUND("not the expected status (HTTP 401)") },
	{ "403", "403" JSON "{}", APAM_KEY_UNKNOWN,
	    FOUND("not the expected status (HTTP 403)") },
	{ "404", "404" JSON "{}", APAM_KEY_UNKNOWN,
	    FOUND("nothing there: is the URL right? (HTTP 404)") },
	{ "a redirect", "302" TO(MINT), APAM_KEY_UNKNOWN,
	    FOUND(GOES " (HTTP 302)") },
	{ "a page", "200" PAGE, APAM_KEY_UNKNOWN,
	    FOUND(IS_PAGE " (HTTP 200)") },
	{ "another issuer",
	    "200" JSON "{\"issuer\":\"https://other.example\","
	    "\"token_endpoint\":\"https://other.example/t\"}",
	    APAM_KEY_UNKNOWN,
	    FOUND("its issuer is not the configured one (HTTP 200)") },
	{ "429", "429\n\n", APAM_KEY_UNKNOWN,
	    FOUND("too many requests (HTTP 429)") },
	{ "500", "500\n\n", APAM_KEY_UNKNOWN, FOUND(IS_FAULT " (HTTP 500)") },
	FACTS_BROKEN,
};

START_TEST(metadata_prove_nothing)
{
	facts_open(&t, SCHEME, ISSUED);
	facts_answer(&t, FIND, metadata[_i].answer);
	/* What answers there is as mute as what answers at RFC 8414's. */
	facts_answer(&t, FIND_ELSEWHERE, metadata[_i].answer);
	facts_fly(&t, FLIGHT_PROVE);
	facts_found(
	    &t, metadata[_i].name, metadata[_i].state, metadata[_i].evidence);
}
END_TEST

/* ---- The API ----------------------------------------------------------- */

#define LET_IN "the API let the request in and found an error in it"
#define REFUSED "the API answered 401: the credential is not accepted"
#define FORBIDS "the API answered 403: not allowed with this credential"
#define NOTHING "this answer says nothing about the credential"
#define ASIDE "a redirect says nothing about the key"
#define BROKEN                                                                 \
	"the server has a fault of its own, which says nothing about "         \
	"the key"

/* The states are those of a check that the probe alone decides. */
static const struct api_fact api[] = {
	{ "an answer", "200" JSON "[]", APAM_VERDICT_ACCEPTED, APAM_KEY_GOOD,
	    "the API answered", NULL },
	{ "another kind of JSON",
	    "200\nContent-Type: application/hal+json\n\n{}",
	    APAM_VERDICT_ACCEPTED, APAM_KEY_GOOD, "the API answered", NULL },
	{ "no content", "204\n\n", APAM_VERDICT_ACCEPTED, APAM_KEY_GOOD,
	    "the API answered", NULL },
	{ "empty", "200" JSON, APAM_VERDICT_ACCEPTED, APAM_KEY_UNKNOWN,
	    "the API answered", "an empty answer" },
	{ "a page", "200" PAGE, APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN, IS_PAGE,
	    NULL },
	{ "a page called JSON", "200" JSON "<html>", APAM_VERDICT_UNKNOWN,
	    APAM_KEY_UNKNOWN, IS_PAGE, NULL },
	{ "text", "200\nContent-Type: text/plain\n\nok", APAM_VERDICT_UNKNOWN,
	    APAM_KEY_UNKNOWN, "a success that is not JSON", NULL },
	{ "401", REASON("401", "Unauthorized"), APAM_VERDICT_REJECTED,
	    APAM_KEY_REVOKED, REFUSED, NULL },
	{ "401, its error no OAuth code", REASON("401", "insufficient_scope"),
	    APAM_VERDICT_REJECTED, APAM_KEY_REVOKED, REFUSED, NULL },
	{ "401 and nothing else", "401\n\n", APAM_VERDICT_REJECTED,
	    APAM_KEY_REVOKED, REFUSED, NULL },
	{ "invalid_token", "401" BEARER("invalid_token"), APAM_VERDICT_REJECTED,
	    APAM_KEY_REVOKED,
	    "invalid_token: the token is expired, revoked or malformed", NULL },
	{ "insufficient_scope, 401", "401" BEARER("insufficient_scope"),
	    APAM_VERDICT_FORBIDDEN, APAM_KEY_UNKNOWN,
	    "insufficient_scope: the token is valid, but not for this", NULL },
	{ "invalid_request, 401", "401" BEARER("invalid_request"),
	    APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN,
	    "invalid_request: the request was malformed", NULL },
	{ "a page, 401", "401" PAGE, APAM_VERDICT_SUSPECT, APAM_KEY_UNKNOWN,
	    "a 401 page without a challenge: perhaps not from the API", NULL },
	{ "403", REASON("403", "Forbidden"), APAM_VERDICT_FORBIDDEN,
	    APAM_KEY_UNKNOWN, FORBIDS, NULL },
	{ "insufficient_scope", "403" BEARER("insufficient_scope"),
	    APAM_VERDICT_FORBIDDEN, APAM_KEY_UNKNOWN, FORBIDS, NULL },
	{ "invalid_token, 403", "403" BEARER("invalid_token"),
	    APAM_VERDICT_FORBIDDEN, APAM_KEY_UNKNOWN, FORBIDS, NULL },
	{ "a page, 403", "403" PAGE, APAM_VERDICT_FORBIDDEN, APAM_KEY_UNKNOWN,
	    FORBIDS, NULL },
	{ "invalid_token, 400", "400" BEARER("invalid_token"),
	    APAM_VERDICT_REJECTED, APAM_KEY_REVOKED,
	    "invalid_token: the token is expired, revoked or malformed", NULL },
	{ "400", REASON("400", "Bad Request"), APAM_VERDICT_UNKNOWN,
	    APAM_KEY_UNKNOWN, NOTHING, NULL },
	{ "404", REASON("404", "Not Found"), APAM_VERDICT_ACCEPTED,
	    APAM_KEY_GOOD, LET_IN, NULL },
	{ "a page, 404", "404" PAGE, APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN,
	    NOTHING, NULL },
	{ "a proxy wants to know us", REASON("407", "Proxy"),
	    APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN, NOTHING, NULL },
	{ "429",
	    "429\nratelimit-remaining: 0\nratelimit-burst-capacity: 200\n"
	    "ratelimit-replenish-rate: 100\nratelimit-requested-tokens: 1\n\n",
	    APAM_VERDICT_THROTTLED, APAM_KEY_UNKNOWN,
	    "the API answered 429: too many requests", NULL },
	{ "301", "301" TO(MINT), APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN, ASIDE,
	    NULL },
	{ "302", "302" TO("/login"), APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN,
	    ASIDE, NULL },
	{ "307", "307" TO(MINT), APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN, ASIDE,
	    NULL },
	{ "500", REASON("500", "Internal Server Error"), APAM_VERDICT_UNKNOWN,
	    APAM_KEY_UNKNOWN, BROKEN, NULL },
	{ "502, a page", "502" PAGE, APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN,
	    BROKEN, NULL },
	{ "invalid_token, 503", "503" BEARER("invalid_token"),
	    APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN, BROKEN, NULL },
};

START_TEST(the_api_is_judged)
{
	facts_open(&t, SCHEME, PROBED);
	facts_judge(&t, &api[_i]);
}
END_TEST

/* What is probed is a token that was minted just now. */
START_TEST(the_api_refutes_a_mint)
{
	facts_open(&t, SCHEME, PROBED);
	facts_answer(&t, MINT, TOKEN(""));
	facts_probe(&t, &api[_i], GIVEN);
}
END_TEST

static const struct {
	const char *answer;
	const char *says;
} broken_probes[] = {
	{ SILENCE, "127.0.0.1:% did not answer in time" },
	{ HANGUP, "127.0.0.1:% closed the connection before any answer" },
	{ GARBAGE, "127.0.0.1:% gives an answer that is not HTTP" },
	{ HALF, "127.0.0.1:% ended its response too early" },
};

START_TEST(a_broken_probe_refutes_nothing)
{
	char evidence[APAM_EVIDENCE_SIZE];

	facts_open(&t, SCHEME, PROBED);
	facts_answer(&t, MINT, TOKEN(""));
	facts_answer(&t, PROBE, broken_probes[_i].answer);
	facts_fly(&t, FLIGHT_PROVE);
	(void)snprintf(evidence, sizeof(evidence),
	    "a fresh credential was given; the probe: %s",
	    broken_probes[_i].says);
	facts_found(&t, broken_probes[_i].says, APAM_KEY_GOOD, evidence);
}
END_TEST

/* ---- What never means anything ----------------------------------------- */

START_TEST(the_api_is_mute)
{
	facts_open(&t, SCHEME, PROBED);
	facts_api_is_mute(&t);
}
END_TEST

START_TEST(the_endpoint_is_mute)
{
	facts_open(&t, SCHEME, PLAIN);
	facts_endpoint_is_mute(&t, 0);
}
END_TEST

START_TEST(the_metadata_are_mute)
{
	facts_open(&t, SCHEME, ISSUED);
	facts_endpoint_is_mute(&t, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("facts_7signal");
	TCase *tc = tcase_create("answers");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_loop_test(tc, a_mint_decides, 0, ROWS(mints));
	tcase_add_loop_test(tc, acquiring_agrees, 0, ROWS(mints));
	tcase_add_loop_test(tc, introspection_says_yes_or_nothing, 0,
	    ROWS(introspections) * ROWS(after));
	tcase_add_loop_test(
	    tc, introspection_breaks, 0, ROWS(silent_introspections));
	tcase_add_loop_test(tc, metadata_prove_nothing, 0, ROWS(metadata));
	tcase_add_loop_test(tc, the_api_is_judged, 0, ROWS(api));
	tcase_add_loop_test(tc, the_api_refutes_a_mint, 0, ROWS(api));
	tcase_add_loop_test(
	    tc, a_broken_probe_refutes_nothing, 0, ROWS(broken_probes));
	tcase_add_test(tc, the_api_is_mute);
	tcase_add_test(tc, the_endpoint_is_mute);
	tcase_add_test(tc, the_metadata_are_mute);
	return run_suite(suite);
}
