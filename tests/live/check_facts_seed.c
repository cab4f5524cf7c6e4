/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each answer of SEED Platform means.  It has no endpoint beside its API,
 * so that what the API answers to a probe is all that a check can learn.
 *
 * A bad key is 401 on every path.  A redirect to a login page is what older
 * servers send for a bad key, and current ones for any key off the API: after
 * a program's request it puts the key in doubt, after the probe, whose path is
 * one of the API's, it is a rejection.
 */
#include "support/facts.h"

#define SCHEME "basic-email-key"
#define PLAIN "email = \"me@example.com\"; key = \"env:FACTS_SECRET\"; "
#define PROBED PLAIN "probe = \"GET " PROBE "\"; "
#define OWN                                                                    \
	PROBED "login_redirects = [ \"/sso/\", \"https://id.example/in\" ]; "
#define ERROR JSON "{\"status\":\"error\",\"message\":\"CANARY\"}"

static struct facts t;

static void
teardown(void)
{
	facts_close(&t);
}

/* ---- The API ----------------------------------------------------------- */

#define ANSWERED "the API answered"
#define LET_IN "the API let the request in and found an error in it"
#define REFUSED "the API answered 401: the credential is not accepted"
#define FORBIDS "the API answered 403: not allowed with this credential"
#define LOGIN "a redirect to a login page"
#define ASIDE "a redirect says nothing about the key"
#define BROKEN                                                                 \
	"the server has a fault of its own, which says nothing about "         \
	"the key"
#define NOTHING "this answer says nothing about the credential"
#define IS_PAGE "an HTML page where JSON was expected"

static const struct api_fact api[] = {
	{ "the version", "200" JSON "{\"version\":\"3.2.4\",\"sha\":\"0a1b\"}",
	    APAM_VERDICT_ACCEPTED, APAM_KEY_GOOD, ANSWERED, NULL },
	/* Its body holds the key itself. */
	{ "the current user",
	    "200" JSON "{\"status\":\"success\",\"api_key\":\"" FACTS_SECRET
	    "\",\"email\":\"CANARY\"}",
	    APAM_VERDICT_ACCEPTED, APAM_KEY_GOOD, ANSWERED, NULL },
	{ "JSON with a charset",
	    "200\nContent-Type: application/json; charset=utf-8\n\n{}",
	    APAM_VERDICT_ACCEPTED, APAM_KEY_GOOD, ANSWERED, NULL },
	{ "no content", "204\n\n", APAM_VERDICT_ACCEPTED, APAM_KEY_GOOD,
	    ANSWERED, NULL },
	{ "empty", "200" JSON, APAM_VERDICT_ACCEPTED, APAM_KEY_UNKNOWN,
	    ANSWERED, "an empty answer" },
	/* Where a login redirect ends that somebody has followed. */
	{ "the login page", "200" PAGE, APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN,
	    IS_PAGE, NULL },
	{ "a page called JSON", "200" JSON "<!DOCTYPE html>",
	    APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN, IS_PAGE, NULL },
	{ "a table", "200\nContent-Type: text/csv\n\na,b", APAM_VERDICT_UNKNOWN,
	    APAM_KEY_UNKNOWN, "a success that is not JSON", NULL },

	/* A bad key, without a challenge. */
	{ "a bad key", "401" ERROR, APAM_VERDICT_REJECTED, APAM_KEY_REVOKED,
	    REFUSED, NULL },
	{ "a bad key, in another language",
	    "401" JSON "{\"status\":\"error\",\"message\":\"Cl\xc3\xa9\"}",
	    APAM_VERDICT_REJECTED, APAM_KEY_REVOKED, REFUSED, NULL },
	{ "401 and nothing else", "401\n\n", APAM_VERDICT_REJECTED,
	    APAM_KEY_REVOKED, REFUSED, NULL },
	{ "a page, 401", "401" PAGE, APAM_VERDICT_SUSPECT, APAM_KEY_UNKNOWN,
	    "a 401 page without a challenge: perhaps not from the API", NULL },

	/* Redirects. */
	{ "older servers, a bad key", "302" TO("/app/login"),
	    APAM_VERDICT_SUSPECT, APAM_KEY_REVOKED, LOGIN, NULL },
	{ "older servers, with a slash", "302" TO("/app/login/"),
	    APAM_VERDICT_SUSPECT, APAM_KEY_REVOKED, LOGIN, NULL },
	{ "off the API, any key", "302" TO("/accounts/login/?next=/app/"),
	    APAM_VERDICT_SUSPECT, APAM_KEY_REVOKED, LOGIN, NULL },
	{ "a whole URL", "302" TO("https://seed.example/accounts/login/"),
	    APAM_VERDICT_SUSPECT, APAM_KEY_REVOKED, LOGIN, NULL },
	{ "post it there", "307" TO("/app/login"), APAM_VERDICT_SUSPECT,
	    APAM_KEY_REVOKED, LOGIN, NULL },
	{ "a page whose name begins so", "302" TO("/app/logins"),
	    APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN, ASIDE, NULL },
	{ "elsewhere", "302" TO("https://evil.example/"), APAM_VERDICT_UNKNOWN,
	    APAM_KEY_UNKNOWN, ASIDE, NULL },
	{ "nowhere", "302\n\n", APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN, ASIDE,
	    NULL },
	{ "a slash is missing", "301" TO(PROBE "/"), APAM_VERDICT_UNKNOWN,
	    APAM_KEY_UNKNOWN, ASIDE, NULL },
	{ "308", "308" TO(PROBE "/"), APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN,
	    ASIDE, NULL },

	/* The key has passed, or was never looked at. */
	{ "the view failed", "400" ERROR, APAM_VERDICT_ACCEPTED, APAM_KEY_GOOD,
	    LET_IN, NULL },
	{ "a page, 400", "400" PAGE, APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN,
	    NOTHING, NULL },
	{ "a page called JSON, 400", "400" JSON "<html>", APAM_VERDICT_UNKNOWN,
	    APAM_KEY_UNKNOWN, NOTHING, NULL },
	{ "another's organisation", "403" ERROR, APAM_VERDICT_FORBIDDEN,
	    APAM_KEY_UNKNOWN, FORBIDS, NULL },
	{ "the header was lost on its way",
	    "403" JSON "{\"detail\":\"CANARY\"}", APAM_VERDICT_FORBIDDEN,
	    APAM_KEY_UNKNOWN, FORBIDS, NULL },
	{ "a page, 403", "403" PAGE, APAM_VERDICT_FORBIDDEN, APAM_KEY_UNKNOWN,
	    FORBIDS, NULL },
	{ "no such path", "404" ERROR, APAM_VERDICT_ACCEPTED, APAM_KEY_GOOD,
	    LET_IN, NULL },
	{ "a page, 404", "404" PAGE, APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN,
	    NOTHING, NULL },
	{ "another method", "405" ERROR, APAM_VERDICT_ACCEPTED, APAM_KEY_GOOD,
	    LET_IN, NULL },
	{ "a proxy wants to know us", "407" ERROR, APAM_VERDICT_UNKNOWN,
	    APAM_KEY_UNKNOWN, NOTHING, NULL },
	{ "429", "429" ERROR, APAM_VERDICT_THROTTLED, APAM_KEY_UNKNOWN,
	    "the API answered 429: too many requests", NULL },
	/* Of the version too: it reads a file that may be missing. */
	{ "500", "500" ERROR, APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN, BROKEN,
	    NULL },
	{ "502, a page", "502" PAGE, APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN,
	    BROKEN, NULL },
	{ "503", "503\nRetry-After: 9\n\n", APAM_VERDICT_UNKNOWN,
	    APAM_KEY_UNKNOWN, BROKEN, NULL },
};

START_TEST(the_api_is_judged)
{
	facts_open(&t, SCHEME, PROBED);
	facts_judge(&t, &api[_i]);
}
END_TEST

START_TEST(the_api_is_probed)
{
	facts_open(&t, SCHEME, PROBED);
	facts_probe(&t, &api[_i], NULL);
}
END_TEST

/* Where the administrator says what a login page is, nothing else is one. */
static const struct api_fact own[] = {
	{ "its own", "302" TO("/sso/start?x"), APAM_VERDICT_SUSPECT,
	    APAM_KEY_REVOKED, LOGIN, NULL },
	{ "its own, elsewhere", "302" TO("https://id.example/in?x"),
	    APAM_VERDICT_SUSPECT, APAM_KEY_REVOKED, LOGIN, NULL },
	{ "its own, but for a letter", "302" TO("https://id.example/inn"),
	    APAM_VERDICT_UNKNOWN, APAM_KEY_UNKNOWN, ASIDE, NULL },
	{ "the usual one", "302" TO("/app/login"), APAM_VERDICT_UNKNOWN,
	    APAM_KEY_UNKNOWN, ASIDE, NULL },
};

START_TEST(its_own_login_is_judged)
{
	facts_open(&t, SCHEME, OWN);
	facts_judge(&t, &own[_i]);
	facts_probe(&t, &own[_i], NULL);
}
END_TEST

static const struct fact broken[] = { FACTS_BROKEN };

START_TEST(a_broken_probe_proves_nothing)
{
	facts_open(&t, SCHEME, PROBED);
	facts_check(&t, PROBE, &broken[_i]);
}
END_TEST

START_TEST(without_a_probe_nothing_is_known)
{
	facts_open(&t, SCHEME, PLAIN);
	facts_fly(&t, FLIGHT_PROVE);
	facts_found(&t, "no probe", APAM_KEY_UNKNOWN,
	    "no probe is configured to ask the provider");
	ck_assert_int_eq(atomic_load(&t.f.server.hits), 0);
}
END_TEST

/* ---- What never means anything ----------------------------------------- */

START_TEST(the_api_is_mute)
{
	facts_open(&t, SCHEME, PROBED);
	facts_api_is_mute(&t);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("facts_seed");
	TCase *tc = tcase_create("answers");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_loop_test(tc, the_api_is_judged, 0, ROWS(api));
	tcase_add_loop_test(tc, the_api_is_probed, 0, ROWS(api));
	tcase_add_loop_test(tc, its_own_login_is_judged, 0, ROWS(own));
	tcase_add_loop_test(tc, a_broken_probe_proves_nothing, 0, ROWS(broken));
	tcase_add_test(tc, without_a_probe_nothing_is_known);
	tcase_add_test(tc, the_api_is_mute);
	return run_suite(suite);
}
