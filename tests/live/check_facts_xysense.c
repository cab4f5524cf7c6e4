/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each answer of XY Sense, or of another provider of keys that are
 * archived, means: of the authentication endpoint, which takes key and secret
 * and nothing else, and of the API in all three modes.
 *
 * At that endpoint a 401 or 403 is about the key, which is then revoked,
 * archived or wrong; at the API a 403 says that it may not do this.
 */
#include "support/facts.h"

#define SCHEME "key-secret-archiveable"
#define KEY "key = \"a key\"; secret = \"env:FACTS_SECRET\"; "
#define AUTH "/api/v1/auth"
#define PLAIN KEY "exchange = { url = \"%" AUTH "\"; }; "
#define PROBED " probe = \"GET " PROBE "\"; "
#define TOKEN(more) JSON "{\"idToken\":\"CANARY.a.b\"" more "}"
#define MESSAGE(text) JSON "{\"message\":\"" text "\"}"

static struct facts t;

static void
teardown(void)
{
	facts_close(&t);
}

/* ---- The authentication endpoint --------------------------------------- */

#define SAYS(text) "authentication endpoint: " text
#define GIVEN SAYS("a fresh token was issued")
#define DEAD "the key is revoked, archived or wrong, or its secret is"
#define MISREAD                                                                \
	"it does not understand the request: check exchange.encoding, "        \
	"key_field and secret_field"
#define GOES "a redirect, which is never followed: is the URL right?"
#define IS_PAGE "an HTML page where JSON was expected"
#define IS_FAULT "the server has a fault of its own"

static const struct fact mints[] = {
	{ "a token", "200" TOKEN(""), APAM_KEY_GOOD, GIVEN },
	{ "a life with it", "200" TOKEN(",\"expiresIn\":3600"), APAM_KEY_GOOD,
	    GIVEN },
	{ "a life as a string", "200" TOKEN(",\"expiresIn\":\"3600\""),
	    APAM_KEY_GOOD, GIVEN },
	{ "a life that is null", "200" TOKEN(",\"expiresIn\":null"),
	    APAM_KEY_GOOD, GIVEN },
	{ "created", "201" TOKEN(""), APAM_KEY_GOOD, GIVEN },
	{ "a token that is not a JWT", "200" JSON "{\"idToken\":\"opaque\"}",
	    APAM_KEY_GOOD, GIVEN },

	/* 200, and no token. */
	{ "no token", "200" JSON "{}", APAM_KEY_UNKNOWN,
	    SAYS("the answer has no token at token_pointer (HTTP 200)") },
	{ "a token of nothing", "200" JSON "{\"idToken\":\"\"}",
	    APAM_KEY_UNKNOWN,
	    SAYS("the token is not a string, or is empty (HTTP 200)") },
	{ "a token that is null", "200" JSON "{\"idToken\":null}",
	    APAM_KEY_UNKNOWN,
	    SAYS("the token is not a string, or is empty (HTTP 200)") },
	{ "a token that is two words", "200" JSON "{\"idToken\":\"CANARY b\"}",
	    APAM_KEY_UNKNOWN,
	    SAYS("the token has characters that a header cannot have (HTTP "
		 "200)") },
	{ "two tokens", "200" JSON "{\"idToken\":\"a\",\"idToken\":\"b\"}",
	    APAM_KEY_UNKNOWN,
	    SAYS("the JSON has a duplicate name (HTTP 200)") },
	{ "a refusal with 200", "200" MESSAGE("Unauthorized"), APAM_KEY_UNKNOWN,
	    SAYS("the answer has no token at token_pointer (HTTP 200)") },
	{ "empty", "200" JSON, APAM_KEY_UNKNOWN,
	    SAYS("an empty answer (HTTP 200)") },
	{ "a page", "200" PAGE, APAM_KEY_UNKNOWN, SAYS(IS_PAGE " (HTTP 200)") },
	{ "a page called JSON", "200" JSON "<html>", APAM_KEY_UNKNOWN,
	    SAYS(IS_PAGE " (HTTP 200)") },
	{ "a token called text",
	    "200\nContent-Type: text/plain\n\n{\"idToken\":\"a\"}",
	    APAM_KEY_UNKNOWN, SAYS("the content type is not JSON (HTTP 200)") },
	{ "no JSON", "200" JSON "{\"idToken\":", APAM_KEY_UNKNOWN,
	    SAYS("the JSON ends too early (HTTP 200)") },
	{ "no content", "204\n\n", APAM_KEY_UNKNOWN,
	    SAYS("not the expected status (HTTP 204)") },

	/* The key is the whole of the request. */
	{ "401", "401" MESSAGE("CANARY"), APAM_KEY_REVOKED,
	    SAYS(DEAD " (HTTP 401)") },
	{ "401 and nothing else", "401\n\n", APAM_KEY_REVOKED,
	    SAYS(DEAD " (HTTP 401)") },
	{ "403", "403" MESSAGE("CANARY"), APAM_KEY_REVOKED,
	    SAYS(DEAD " (HTTP 403)") },
	{ "403 and nothing else", "403\n\n", APAM_KEY_REVOKED,
	    SAYS(DEAD " (HTTP 403)") },
	{ "a page that asks who we are",
	    "401\nWWW-Authenticate: Basic realm=\"x\"" PAGE, APAM_KEY_REVOKED,
	    SAYS(DEAD " (HTTP 401)") },

	/* A proxy, the request, the place or the load. */
	{ "a page, 401", "401" PAGE, APAM_KEY_UNKNOWN,
	    SAYS(IS_PAGE " (HTTP 401)") },
	{ "a page, 403", "403" PAGE, APAM_KEY_UNKNOWN,
	    SAYS(IS_PAGE " (HTTP 403)") },
	{ "400", "400" MESSAGE("ApiKey and ApiSecret are required"),
	    APAM_KEY_UNKNOWN, SAYS(MISREAD " (HTTP 400)") },
	{ "415", "415" MESSAGE("Unsupported media type"), APAM_KEY_UNKNOWN,
	    SAYS(MISREAD " (HTTP 415)") },
	{ "422", "422" MESSAGE("Unprocessable"), APAM_KEY_UNKNOWN,
	    SAYS(MISREAD " (HTTP 422)") },
	{ "404", "404" MESSAGE("Not found"), APAM_KEY_UNKNOWN,
	    SAYS("nothing there: is the URL right? (HTTP 404)") },
	{ "a page, 404", "404" PAGE, APAM_KEY_UNKNOWN,
	    SAYS("nothing there: is the URL right? (HTTP 404)") },
	{ "405", "405\n\n", APAM_KEY_UNKNOWN,
	    SAYS("nothing there: is the URL right? (HTTP 405)") },
	{ "a proxy wants to know us", "407\n\n", APAM_KEY_UNKNOWN,
	    SAYS("not the expected status (HTTP 407)") },
	{ "429", "429\nRetry-After: 9\n\n", APAM_KEY_UNKNOWN,
	    SAYS("too many requests (HTTP 429)") },
	{ "301", "301" TO(PROBE), APAM_KEY_UNKNOWN, SAYS(GOES " (HTTP 301)") },
	{ "302", "302" TO("/login"), APAM_KEY_UNKNOWN,
	    SAYS(GOES " (HTTP 302)") },
	{ "307", "307" TO(PROBE), APAM_KEY_UNKNOWN, SAYS(GOES " (HTTP 307)") },
	{ "308", "308" TO(PROBE), APAM_KEY_UNKNOWN, SAYS(GOES " (HTTP 308)") },
	{ "500", "500" MESSAGE("Internal server error"), APAM_KEY_UNKNOWN,
	    SAYS(IS_FAULT " (HTTP 500)") },
	{ "502, a page", "502" PAGE, APAM_KEY_UNKNOWN,
	    SAYS(IS_FAULT " (HTTP 502)") },
	{ "503", "503\nRetry-After: 9\n\n", APAM_KEY_UNKNOWN,
	    SAYS(IS_FAULT " (HTTP 503)") },
	FACTS_BROKEN,
};

START_TEST(a_mint_decides)
{
	facts_open(&t, SCHEME, PLAIN);
	facts_check(&t, AUTH, &mints[_i]);
}
END_TEST

START_TEST(acquiring_agrees)
{
	facts_open(&t, SCHEME, PLAIN);
	facts_acquire(&t, AUTH, &mints[_i]);
}
END_TEST

/* A token that works proves nothing of the key: it is not even looked at. */
START_TEST(a_token_in_use_proves_nothing)
{
	static const struct fact dead = { "archived", "401" MESSAGE("no"),
		APAM_KEY_REVOKED, SAYS(DEAD " (HTTP 401)") };

	facts_open(&t, SCHEME, PLAIN PROBED);
	facts_answer(&t, AUTH, "200" TOKEN(""));
	facts_answer(&t, PROBE, "200" JSON "{}");
	facts_fly(&t, FLIGHT_ACQUIRE);
	t.with = credential_hold(t.flight->made);
	facts_check(&t, AUTH, &dead);
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

static const struct api_fact api[] = {
	{ "occupancy", "200" JSON "{\"spaces\":[]}", APAM_VERDICT_ACCEPTED,
	    APAM_KEY_GOOD, "the API answered", NULL },
	{ "no content", "204\n\n", APAM_VERDICT_ACCEPTED, APAM_KEY_GOOD,
	    "the API answered", NULL },
	{ "empty", "200" JSON, APAM_VERDICT_ACCEPTED, APAM_KEY_UNKNOWN,
	    "the API answered", "an empty answer" },
	{ "a page", "200" PAGE, APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN, IS_PAGE,
	    NULL },
	{ "a page called JSON", "200" JSON "<html>", APAM_VERDICT_UNKNOWN,
	    APAM_KEY_UNKNOWN, IS_PAGE, NULL },
	{ "text", "200\nContent-Type: text/csv\n\na,b", APAM_VERDICT_UNKNOWN,
	    APAM_KEY_UNKNOWN, "a success that is not JSON", NULL },
	{ "an archived key", "401" MESSAGE("CANARY"), APAM_VERDICT_REJECTED,
	    APAM_KEY_REVOKED, REFUSED, NULL },
	{ "401 and nothing else", "401\n\n", APAM_VERDICT_REJECTED,
	    APAM_KEY_REVOKED, REFUSED, NULL },
	{ "a page, 401", "401" PAGE, APAM_VERDICT_SUSPECT, APAM_KEY_UNKNOWN,
	    "a 401 page without a challenge: perhaps not from the API", NULL },
	{ "a read key that writes", "403" MESSAGE("Forbidden"),
	    APAM_VERDICT_FORBIDDEN, APAM_KEY_UNKNOWN, FORBIDS, NULL },
	{ "403 and nothing else", "403\n\n", APAM_VERDICT_FORBIDDEN,
	    APAM_KEY_UNKNOWN, FORBIDS, NULL },
	{ "a page, 403", "403" PAGE, APAM_VERDICT_FORBIDDEN, APAM_KEY_UNKNOWN,
	    FORBIDS, NULL },
	{ "400", "400" MESSAGE("A JSON object is required"),
	    APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN, NOTHING, NULL },
	{ "404", "404" MESSAGE("Not found"), APAM_VERDICT_ACCEPTED,
	    APAM_KEY_GOOD, LET_IN, NULL },
	{ "a page, 404", "404" PAGE, APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN,
	    NOTHING, NULL },
	{ "a proxy wants to know us", "407" JSON "{}", APAM_VERDICT_UNKNOWN,
	    APAM_KEY_UNKNOWN, NOTHING, NULL },
	{ "429", "429\nRetry-After: 9\n\n", APAM_VERDICT_THROTTLED,
	    APAM_KEY_UNKNOWN, "the API answered 429: too many requests", NULL },
	{ "301", "301" TO(AUTH), APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN, ASIDE,
	    NULL },
	{ "302", "302" TO("/login"), APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN,
	    ASIDE, NULL },
	{ "308", "308" TO(AUTH), APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN, ASIDE,
	    NULL },
	{ "500", "500" MESSAGE("Internal server error"), APAM_VERDICT_UNKNOWN,
	    APAM_KEY_UNKNOWN, BROKEN, NULL },
	{ "503, a page", "503" PAGE, APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN,
	    BROKEN, NULL },
};

/* Where nothing is minted, the probe alone decides. */
static const struct {
	const char *options;
	const char *mint; /* its evidence; or NULL */
} modes[] = {
	{ KEY "mode = \"headers\";" PROBED, NULL },
	{ KEY "mode = \"basic\";" PROBED, NULL },
	{ PLAIN PROBED, GIVEN },
};

START_TEST(the_api_is_judged)
{
	facts_open(&t, SCHEME, modes[_i % ROWS(modes)].options);
	facts_judge(&t, &api[_i / ROWS(modes)]);
}
END_TEST

START_TEST(the_api_is_probed)
{
	facts_open(&t, SCHEME, modes[_i % ROWS(modes)].options);
	facts_answer(&t, AUTH, "200" TOKEN(""));
	facts_probe(&t, &api[_i / ROWS(modes)], modes[_i % ROWS(modes)].mint);
}
END_TEST

static const struct fact broken[] = { FACTS_BROKEN };

START_TEST(a_broken_probe_proves_nothing)
{
	facts_open(&t, SCHEME, modes[_i % 2].options);
	facts_check(&t, PROBE, &broken[_i / 2]);
}
END_TEST

START_TEST(without_a_probe_nothing_is_known)
{
	facts_open(&t, SCHEME, KEY "mode = \"headers\";");
	facts_fly(&t, FLIGHT_PROVE);
	facts_found(&t, "no probe", APAM_KEY_UNKNOWN,
	    "no probe is configured to ask the provider");
	ck_assert_int_eq(atomic_load(&t.f.server.hits), 0);
}
END_TEST

/* ---- What never means anything ----------------------------------------- */

START_TEST(the_api_is_mute)
{
	facts_open(&t, SCHEME, modes[_i].options);
	facts_api_is_mute(&t);
}
END_TEST

/* But 403, by which it refuses a key. */
START_TEST(the_endpoint_is_mute)
{
	facts_open(&t, SCHEME, PLAIN);
	facts_endpoint_is_mute(&t, 403);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("facts_xysense");
	TCase *tc = tcase_create("answers");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_loop_test(tc, a_mint_decides, 0, ROWS(mints));
	tcase_add_loop_test(tc, acquiring_agrees, 0, ROWS(mints));
	tcase_add_test(tc, a_token_in_use_proves_nothing);
	tcase_add_loop_test(tc, the_api_is_judged, 0, ROWS(api) * ROWS(modes));
	tcase_add_loop_test(tc, the_api_is_probed, 0, ROWS(api) * ROWS(modes));
	tcase_add_loop_test(
	    tc, a_broken_probe_proves_nothing, 0, ROWS(broken) * 2);
	tcase_add_test(tc, without_a_probe_nothing_is_known);
	tcase_add_loop_test(tc, the_api_is_mute, 0, ROWS(modes));
	tcase_add_test(tc, the_endpoint_is_mute);
	return run_suite(suite);
}
