/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of what a module keeps of answers: apam_judge and apam_sign with a
 * scheme that signs with the server's nonce, and when to send again is worth it.
 */
#include "profile/handle.h"
#include "profile/stack.h"
#include "slot/write.h"
#include "support/project.h"
#include "support/run.h"

#define URL "https://api.example/"
#define OTHER "https://api.example:8443/"
#define ENTRY(more)                                                            \
	"{ scheme = \"challenge-test\"; secret = \"file:@/secret\"; " more "}"
#define SIGNED(nonce, nc)                                                      \
	"Challenge-Test token=FAKEkey, nonce=" nonce ", nc=" nc

static struct project project;
static struct apam_profile *profile;
static struct apam_signature sig;
static struct apam_error err = APAM_ERROR_INIT;

static void
write_entries(const char *entries)
{
	char format[1024], text[1024];

	(void)snprintf(format, sizeof(format),
	    "origins = [ \"https://api.example\", "
	    "\"https://api.example:8443\" ];\nauth = ( %s );\n",
	    entries);
	project_splice(&project, format, text, sizeof(text));
	project_profile(&project, "p", text);
}

static void
use(const char *entries)
{
	write_entries(entries);
	profile = project_get(&project, "p");
}

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "challenge-test", true);
	project_module(&project, "old-test", true);
	project_secret(&project, "secret", "FAKEkey\n");
	project_secret(&project, "second", "FAKEsecond\n");
	sig = (struct apam_signature)APAM_SIGNATURE_INIT;
}

static void
teardown(void)
{
	apam_signature_release(&sig);
	project_remove(&project);
}

/* Sign; the value of the first header, or "" for a request that has none. */
static const char *
sign_to(const char *url)
{
	const struct apam_request request = APAM_REQUEST("GET", url);

	ck_assert_msg(apam_sign(profile, &request, &sig, &err) == APAM_OK, "%s",
	    err.text);
	return sig.header_count == 0 ? "" : sig.headers[0].value.p;
}

static struct apam_judgement
judge(unsigned status, const char *name, const char *value)
{
	const struct apam_header header = { apam_str(name), apam_str(value) };
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = status,
		.headers = &header,
		.header_count = name == NULL ? 0 : 1 };
	struct apam_judgement j = { .size = sizeof(j) };

	ck_assert_msg(apam_judge(profile, &sig, &answer, &j, &err) == APAM_OK,
	    "%s", err.text);
	return j;
}

#define CHALLENGE(nonce)                                                       \
	judge(401, "WWW-Authenticate", "Challenge-Test nonce=\"" nonce "\"")

/* The verdict is CHALLENGED; true if sending again is worth it. */
static bool
replays(struct apam_judgement j)
{
	ck_assert_int_eq(j.verdict, APAM_VERDICT_CHALLENGED);
	ck_assert_str_eq(j.reason, "the server gave a nonce to sign with");
	return j.replay;
}

/* ---- One origin ---------------------------------------------------------- */

START_TEST(a_request_goes_out_as_it_is_and_then_with_the_nonce)
{
	use(ENTRY(""));
	ck_assert_str_eq(sign_to(URL), "");
	ck_assert_uint_eq(sig.entries, 1);
	ck_assert_uint_eq(sig.memo, 0);
	ck_assert(replays(CHALLENGE("n1")));
	ck_assert_str_eq(sign_to(URL), SIGNED("n1", "1"));
	ck_assert_uint_ne(sig.memo, 0);
	ck_assert_str_eq(sign_to(URL), SIGNED("n1", "2"));
	ck_assert_int_eq(judge(200, NULL, NULL).verdict, APAM_VERDICT_ACCEPTED);
	ck_assert_str_eq(sign_to(URL), SIGNED("n1", "3"));
}
END_TEST

START_TEST(the_same_challenge_is_not_worth_another_try)
{
	uint64_t memo;

	use(ENTRY("eager = true; "));
	ck_assert_str_eq(sign_to(URL), SIGNED("", "0"));
	ck_assert(replays(CHALLENGE("n1")));
	ck_assert_str_eq(sign_to(URL), SIGNED("n1", "1"));
	memo = sig.memo;
	ck_assert(!replays(CHALLENGE("n1")));
	ck_assert_str_eq(sign_to(URL), SIGNED("n1", "2"));
	ck_assert_uint_eq(sig.memo, memo);
	ck_assert(replays(CHALLENGE("n2")));
	/* A second report of it says the same. */
	ck_assert(replays(CHALLENGE("n2")));
	ck_assert_str_eq(sign_to(URL), SIGNED("n2", "1"));
	ck_assert_uint_ne(sig.memo, memo);
}
END_TEST

/* The credential is good: it is neither dropped nor checked. */
START_TEST(a_challenge_leaves_the_credential_alone)
{
	uint64_t credential, generation;

	use(ENTRY(""));
	(void)sign_to(URL);
	credential = sig.credential;
	generation = sig.generation;
	ck_assert(replays(CHALLENGE("n1")));
	(void)sign_to(URL);
	ck_assert_uint_eq(sig.credential, credential);
	ck_assert_uint_eq(sig.generation, generation);
}
END_TEST

START_TEST(a_success_brings_the_next_nonce)
{
	use(ENTRY(""));
	(void)sign_to(URL);
	ck_assert(!judge(200, "Next-Nonce", "n7").replay);
	ck_assert_str_eq(sign_to(URL), SIGNED("n7", "1"));
}
END_TEST

/* Another thread has heard of the new nonce first. */
START_TEST(a_signature_from_before_is_worth_another_try)
{
	struct apam_signature old = APAM_SIGNATURE_INIT;
	const struct apam_request request = APAM_REQUEST("GET", URL);

	use(ENTRY(""));
	ck_assert_int_eq(apam_sign(profile, &request, &old, &err), APAM_OK);
	(void)sign_to(URL);
	(void)judge(200, "Next-Nonce", "n1");
	(void)sign_to(URL);
	apam_signature_release(&sig);
	sig = old;
	ck_assert(replays(CHALLENGE("n1")));
}
END_TEST

/* It knows no memo: it is told to try, as often as it has patience. */
START_TEST(a_program_that_is_older_tries_again)
{
	use(ENTRY(""));
	sig.size = offsetof(struct apam_signature, method);
	(void)sign_to(URL);
	ck_assert(replays(CHALLENGE("n1")));
	ck_assert_str_eq(sign_to(URL), SIGNED("n1", "1"));
	ck_assert(replays(CHALLENGE("n1")));
}
END_TEST

START_TEST(too_much_is_not_kept)
{
	char nonce[4200];
	struct apam_judgement j = { .size = sizeof(j) };

	memset(nonce, 'n', sizeof(nonce));
	nonce[sizeof(nonce) - 1] = '\0';
	use(ENTRY(""));
	(void)sign_to(URL);
	j = judge(200, "Next-Nonce", nonce);
	ck_assert_int_eq(j.verdict, APAM_VERDICT_UNKNOWN);
	ck_assert_str_eq(
	    j.reason, "the module wanted to keep more than there is room for");
	ck_assert_str_eq(sign_to(URL), "");
}
END_TEST

START_TEST(a_module_judges_with_method_and_origin)
{
	use(ENTRY(""));
	(void)sign_to(URL "a?b=c");
	ck_assert_int_eq(judge(200, "Asked", "GET https://api.example").verdict,
	    APAM_VERDICT_ACCEPTED);
	ck_assert_int_eq(
	    judge(200, "Asked", "HEAD https://api.example").verdict,
	    APAM_VERDICT_FORBIDDEN);
	(void)sign_to(OTHER);
	ck_assert_int_eq(
	    judge(200, "Asked", "GET https://api.example:8443").verdict,
	    APAM_VERDICT_ACCEPTED);
}
END_TEST

/* ---- Several ------------------------------------------------------------- */

START_TEST(each_origin_has_its_own_nonce)
{
	use(ENTRY(""));
	(void)sign_to(URL);
	ck_assert(replays(CHALLENGE("n1")));
	ck_assert_str_eq(sign_to(OTHER), "");
	ck_assert(replays(CHALLENGE("m1")));
	ck_assert_str_eq(sign_to(URL), SIGNED("n1", "1"));
	ck_assert_str_eq(sign_to(OTHER), SIGNED("m1", "1"));
	/* Spelt in another way, it is the same origin. */
	ck_assert_str_eq(
	    sign_to("https://API.example:443/"), SIGNED("n1", "2"));
}
END_TEST

/* An entry that sees no memo does not change what the other one sees. */
/* The nonce is for the origin, however a URL of it is written. */
static const char *const written[] = { "https://api.example",
	"https://api.example?a=b", "https://api.example:443/",
	"HTTPS://api.example/", "https://API.Example/x" };

START_TEST(an_origin_is_the_same_however_it_is_written)
{
	use(ENTRY(""));
	ck_assert_str_eq(sign_to(written[_i]), "");
	ck_assert(replays(CHALLENGE("n1")));
	ck_assert_str_eq(sign_to(URL), SIGNED("n1", "1"));
	ck_assert_str_eq(sign_to(OTHER), "");
	ck_assert_str_eq(sign_to(written[_i]), SIGNED("n1", "2"));
	ck_assert(!replays(CHALLENGE("n1")));
}
END_TEST

START_TEST(each_entry_has_its_own)
{
	use("{ scheme = \"old-test\"; key_id = \"k\"; "
	    "control = \"required\"; }, " ENTRY("control = \"required\"; "));
	(void)sign_to(URL);
	ck_assert_uint_eq(sig.entries, 3);
	ck_assert_uint_eq(sig.header_count, 1);
	ck_assert(CHALLENGE("n1").replay);
	(void)sign_to(URL);
	ck_assert_uint_eq(sig.header_count, 2);
	ck_assert_str_eq(sig.headers[1].value.p, SIGNED("n1", "1"));
}
END_TEST

/* ---- Files read anew ------------------------------------------------------ */

static void
become(const char *entries)
{
	write_entries(entries);
	pthread_mutex_lock(&profile->ctx->env.lock);
	profile->check_at = 0;
	slot_close(profile->stack->slot);
	pthread_mutex_unlock(&profile->ctx->env.lock);
}

START_TEST(an_entry_that_is_the_same_goes_on_with_it)
{
	use(ENTRY(""));
	(void)sign_to(URL);
	ck_assert(replays(CHALLENGE("n1")));
	ck_assert_str_eq(sign_to(URL), SIGNED("n1", "1"));
	become(ENTRY("probe = \"GET /x\"; "));
	ck_assert_str_eq(sign_to(URL), SIGNED("n1", "2"));
	/* In another place, too. */
	become("{ scheme = \"old-test\"; key_id = \"k\"; "
	       "control = \"optional\"; }, " ENTRY(""));
	(void)sign_to(URL);
	ck_assert_str_eq(sig.headers[1].value.p, SIGNED("n1", "3"));
}
END_TEST

START_TEST(an_entry_that_changed_begins_anew)
{
	use(ENTRY(""));
	(void)sign_to(URL);
	ck_assert(replays(CHALLENGE("n1")));
	become("{ scheme = \"challenge-test\"; "
	       "secret = \"file:@/second\"; }");
	ck_assert_str_eq(sign_to(URL), "");
	ck_assert_uint_eq(sig.memo, 0);
}
END_TEST

/* The entry that signed is gone: another one may have what it takes. */
START_TEST(a_challenge_to_one_that_is_gone_is_worth_another_try)
{
	struct apam_signature old = APAM_SIGNATURE_INIT;
	const struct apam_request request = APAM_REQUEST("GET", URL);

	use(ENTRY(""));
	ck_assert_int_eq(apam_sign(profile, &request, &old, &err), APAM_OK);
	become(ENTRY("eager = true; "));
	ck_assert_str_eq(sign_to(URL), SIGNED("", "0"));
	apam_signature_release(&sig);
	sig = old;
	ck_assert(replays(CHALLENGE("n1")));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("challenged");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_request_goes_out_as_it_is_and_then_with_the_nonce);
	tcase_add_test(t, the_same_challenge_is_not_worth_another_try);
	tcase_add_test(t, a_challenge_leaves_the_credential_alone);
	tcase_add_test(t, a_success_brings_the_next_nonce);
	tcase_add_test(t, a_signature_from_before_is_worth_another_try);
	tcase_add_test(t, a_program_that_is_older_tries_again);
	tcase_add_test(t, too_much_is_not_kept);
	tcase_add_test(t, a_module_judges_with_method_and_origin);
	tcase_add_test(t, each_origin_has_its_own_nonce);
	tcase_add_loop_test(
	    t, an_origin_is_the_same_however_it_is_written, 0, ROWS(written));
	tcase_add_test(t, each_entry_has_its_own);
	tcase_add_test(t, an_entry_that_is_the_same_goes_on_with_it);
	tcase_add_test(t, an_entry_that_changed_begins_anew);
	tcase_add_test(t, a_challenge_to_one_that_is_gone_is_worth_another_try);
	suite_add_tcase(s, t);
	return run_suite(s);
}
