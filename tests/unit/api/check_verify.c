/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/verify.c and core/entry/authentic.c: which answers are
 * believed, what modules may not do, and what becomes of an answer when files
 * were read anew.
 */
#include <pthread.h>

#include "profile/handle.h"
#include "support/answer_mac.h"
#include "support/project.h"
#include "support/run.h"

#define URL "https://api.example/x?y=z"
#define KEY "FAKEkey"
#define BODY "{\"answer\": 42}"
#define ENTRY(more)                                                            \
	"{ scheme = \"verify-test\"; secret = \"file:@/secret\"; " more "}"
#define SECOND                                                                 \
	"{ scheme = \"verify-test\"; secret = \"file:@/second\"; "             \
	"header = \"X-Second\"; control = \"required\"; }"

static struct project project;
static struct apam_profile *profile;
static struct apam_signature sig;
static struct apam_error err = APAM_ERROR_INIT;
static const struct apam_request request = APAM_REQUEST("GET", URL);

static void
use(const char *entries)
{
	project_entries(&project, "p", entries);
	profile = project_get(&project, "p");
	ck_assert_msg(apam_sign(profile, &request, &sig, &err) == APAM_OK, "%s",
	    err.text);
}

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "verify-test", true);
	project_module(&project, "return-test", true);
	project_secret(&project, "secret", KEY "\n");
	project_secret(&project, "second", "FAKEsecond\n");
	sig = (struct apam_signature)APAM_SIGNATURE_INIT;
}

static void
teardown(void)
{
	apam_signature_release(&sig);
	project_remove(&project);
}

static enum apam_status
start(unsigned status, const char *mac, struct apam_verify **verify,
    struct apam_error *why)
{
	const struct apam_header headers[] = {
		{ APAM_STR("Content-Type"), APAM_STR("text/plain") },
		{ APAM_STR("Answer-Mac"), apam_str(mac) },
	};
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = status,
		.headers = headers,
		.header_count = mac == NULL ? 1 : 2 };

	return apam_verify_start(profile, &request, &sig, &answer, verify, why);
}

/* Give an answer, its body in pieces of so many bytes. */
static enum apam_status
verified(unsigned status, const char *mac, const char *body, size_t piece,
    bool whole)
{
	struct apam_str rest = apam_str(body);
	struct apam_verify *verify;
	enum apam_status s = start(status, mac, &verify, &err);

	ck_assert((verify != NULL) == (s == APAM_OK));
	while (s == APAM_OK && rest.n > 0) {
		const size_t n = rest.n < piece ? rest.n : piece;

		s = apam_verify_body(
		    verify, (struct apam_str){ rest.p, n }, &err);
		rest.p += n;
		rest.n -= n;
	}
	if (s == APAM_OK)
		s = apam_verify_end(&verify, whole, &err);
	else
		(void)(apam_verify_end(&verify, false, NULL) == APAM_OK);
	ck_assert_ptr_null(verify);
	return s;
}

#define MAC(status, body) answer_mac(KEY, "GET", URL, status, body)

static void
expect(enum apam_status status, const char *text)
{
	ck_assert_int_eq(err.status, status);
	ck_assert_str_eq(err.text, text);
	ck_assert_str_eq(err.profile, "p");
}

/* ---- Answers ------------------------------------------------------------- */

START_TEST(an_answer_of_the_providers_is_believed)
{
	static const size_t pieces[] = { 1, 3, 4096 };

	use(ENTRY(""));
	ck_assert_uint_eq(sig.verifies, 1);
	for (int i = 0; i < 3; i++)
		ck_assert_msg(verified(200, MAC(200, BODY), BODY, pieces[i],
				  true) == APAM_OK,
		    "%s", err.text);
	ck_assert_int_eq(verified(204, MAC(204, ""), "", 1, true), APAM_OK);
	ck_assert_int_eq(verified(503, MAC(503, BODY), BODY, 1, true), APAM_OK);
}
END_TEST

static const struct {
	const char *name;
	unsigned status;
	const char *mac_of; /* the body; NULL: no header */
	const char *body;
	bool whole;
	const char *text;
} bad[] = {
	{ "a body that was changed", 200, BODY, "{\"answer\": 43}", true,
	    "the answer is not authentic: its Answer-Mac is another one" },
	{ "a byte less", 200, BODY, "{\"answer\": 42", true,
	    "the answer is not authentic: its Answer-Mac is another one" },
	{ "a byte more", 200, BODY, BODY " ", true,
	    "the answer is not authentic: its Answer-Mac is another one" },
	{ "no body", 200, BODY, "", true,
	    "the answer is not authentic: its Answer-Mac is another one" },
	{ "another status", 201, BODY, BODY, true,
	    "the answer is not authentic: its Answer-Mac is another one" },
	{ "no header", 200, NULL, BODY, true,
	    "the answer is not authentic: it has no Answer-Mac" },
	{ "a body that was cut", 200, BODY, "{", false,
	    "the answer is not authentic: its body did not come to its end" },
	{ "a body that did not end", 200, BODY, BODY, false,
	    "the answer is not authentic: its body did not come to its end" },
};

START_TEST(any_other_is_not)
{
	const char *mac = bad[_i].mac_of == NULL ? NULL :
						   MAC(200, bad[_i].mac_of);

	use(ENTRY(""));
	ck_assert_msg(verified(bad[_i].status, mac, bad[_i].body, 5,
			  bad[_i].whole) == APAM_E_NOT_AUTHENTIC,
	    "%s", bad[_i].name);
	expect(APAM_E_NOT_AUTHENTIC, bad[_i].text);
}
END_TEST

/* It is an answer to another request. */
START_TEST(the_request_counts)
{
	use(ENTRY(""));
	ck_assert_int_eq(verified(200, answer_mac(KEY, "PUT", URL, 200, BODY),
			     BODY, 99, true),
	    APAM_E_NOT_AUTHENTIC);
	ck_assert_int_eq(
	    verified(200, answer_mac(KEY, "GET", URL "&a", 200, BODY), BODY, 99,
		true),
	    APAM_E_NOT_AUTHENTIC);
	ck_assert_int_eq(
	    verified(200, answer_mac("FAKEother", "GET", URL, 200, BODY), BODY,
		99, true),
	    APAM_E_NOT_AUTHENTIC);
}
END_TEST

START_TEST(nobody_is_asked_where_nobody_verifies)
{
	struct apam_verify *verify = (void *)&sig;

	use("{ scheme = \"return-test\"; }");
	ck_assert_uint_eq(sig.verifies, 0);
	ck_assert_int_eq(start(200, NULL, &verify, &err), APAM_OK);
	ck_assert_ptr_null(verify);
	ck_assert_int_eq(apam_verify_body(NULL, APAM_STR("x"), &err), APAM_OK);
	ck_assert_int_eq(apam_verify_end(&verify, false, &err), APAM_OK);
}
END_TEST

START_TEST(an_older_program_does_not_use_what_nobody_verified)
{
	use(ENTRY(""));
	apam_signature_release(&sig);
	sig.size = offsetof(struct apam_signature, verifies);
	ck_assert_int_eq(
	    apam_sign(profile, &request, &sig, &err), APAM_E_USAGE);
	ck_assert_str_eq(err.text,
	    "the provider signs its answers, which the program was built "
	    "without verifying: build it anew");
	ck_assert_uint_eq(sig.header_count, 0);
}
END_TEST

/* The slot would not say that the answer is to be verified. */
START_TEST(no_signature_forgets_it)
{
	char store[2048];

	use(ENTRY(""));
	apam_signature_release(&sig);
	sig.store = store;
	sig.store_size = sizeof(store);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(
		    apam_sign(profile, &request, &sig, &err), APAM_OK);
		ck_assert_uint_eq(sig.verifies, 1);
	}
}
END_TEST

/* ---- Modules that break the contract --------------------------------------- */

static const char *const broken[] = { "silent", "status", "said" };

START_TEST(what_is_not_a_plain_yes_is_a_no)
{
	char entry[256];

	(void)snprintf(
	    entry, sizeof(entry), ENTRY("break = \"%s\"; "), broken[_i]);
	use(entry);
	ck_assert_msg(
	    verified(200, MAC(200, BODY), BODY, 99, true) == APAM_E_ABI, "%s",
	    broken[_i]);
	expect(
	    APAM_E_ABI, "the module did not return what it said of the answer");
}
END_TEST

/* ---- Several entries ------------------------------------------------------- */

START_TEST(all_that_verify_must_agree)
{
	use(ENTRY("control = \"required\"; ") ", " SECOND);
	ck_assert_uint_eq(sig.verifies, 3);
	/* The second one has another secret. */
	ck_assert_int_eq(verified(200, MAC(200, BODY), BODY, 99, true),
	    APAM_E_NOT_AUTHENTIC);
}
END_TEST

START_TEST(others_are_not_asked)
{
	use("{ scheme = \"return-test\"; control = \"required\"; }, " ENTRY(
	    "control = \"required\"; "));
	ck_assert_uint_eq(sig.entries, 3);
	ck_assert_uint_eq(sig.verifies, 2);
	ck_assert_int_eq(
	    verified(200, MAC(200, BODY), BODY, 99, true), APAM_OK);
}
END_TEST

/* ---- Files read anew ------------------------------------------------------- */

static void
become(const char *entries)
{
	struct apam_entry_status all[4];
	size_t n = 4;

	project_entries(&project, "p", entries);
	pthread_mutex_lock(&profile->ctx->env.lock);
	profile->check_at = 0;
	pthread_mutex_unlock(&profile->ctx->env.lock);
	ck_assert_int_eq(
	    apam_profile_status(profile, all, &n, sizeof(*all), NULL, &err),
	    APAM_OK);
}

START_TEST(an_entry_that_moved_is_found)
{
	use(ENTRY(""));
	become("{ scheme = \"return-test\"; control = \"optional\"; }, " ENTRY(
	    ""));
	ck_assert_int_eq(
	    verified(200, MAC(200, BODY), BODY, 99, true), APAM_OK);
}
END_TEST

START_TEST(nobody_knows_where_the_entry_is_gone)
{
	use(ENTRY(""));
	become("{ scheme = \"return-test\"; }");
	ck_assert_int_eq(verified(200, MAC(200, BODY), BODY, 99, true),
	    APAM_E_NOT_AUTHENTIC);
	expect(APAM_E_NOT_AUTHENTIC,
	    "nobody can tell whether the answer is authentic: the entry that "
	    "signed is gone from the profile");
}
END_TEST

/* A call under way goes on with the entry that it began with. */
START_TEST(a_call_under_way_keeps_its_entry)
{
	struct apam_verify *verify;

	use(ENTRY(""));
	ck_assert_int_eq(start(200, MAC(200, BODY), &verify, &err), APAM_OK);
	become("{ scheme = \"return-test\"; }");
	ck_assert_int_eq(
	    apam_verify_body(verify, APAM_STR(BODY), &err), APAM_OK);
	ck_assert_int_eq(apam_verify_end(&verify, true, &err), APAM_OK);
}
END_TEST

/* ---- Bad calls ------------------------------------------------------------- */

START_TEST(what_is_not_a_signature_is_refused)
{
	struct apam_verify *verify;
	struct apam_signature other = APAM_SIGNATURE_INIT;

	use(ENTRY(""));
	other.url = URL;
	other.verifies = 1;
	apam_signature_release(&sig);
	sig = other;
	ck_assert_int_eq(start(200, MAC(200, ""), &verify, &err), APAM_E_USAGE);
	ck_assert_ptr_null(verify);
	sig.size = 0;
	ck_assert_int_eq(start(200, MAC(200, ""), &verify, &err), APAM_E_USAGE);
	sig.size = sizeof(sig);
	sig.verifies = 0;
}
END_TEST

START_TEST(an_answer_without_a_status_is_refused)
{
	struct apam_verify *verify;

	use(ENTRY(""));
	ck_assert_int_eq(start(0, MAC(200, ""), &verify, &err), APAM_E_USAGE);
	ck_assert_int_eq(start(0, MAC(200, ""), &verify, NULL), APAM_E_USAGE);
	ck_assert_ptr_null(verify);
}
END_TEST

/* ---- Threads --------------------------------------------------------------- */

#define THREADS 8

static void *
verify_many(void *arg)
{
	const bool good = (intptr_t)arg % 2 == 0;
	struct apam_error why = APAM_ERROR_INIT;
	struct apam_verify *verify;

	for (int i = 0; i < 500; i++) {
		ck_assert_int_eq(
		    start(200, MAC(200, BODY), &verify, &why), APAM_OK);
		ck_assert_int_eq(
		    apam_verify_body(verify, APAM_STR(BODY), &why), APAM_OK);
		if (!good)
			ck_assert_int_eq(
			    apam_verify_body(verify, APAM_STR("!"), &why),
			    APAM_OK);
		ck_assert_int_eq(apam_verify_end(&verify, true, &why),
		    good ? APAM_OK : APAM_E_NOT_AUTHENTIC);
	}
	return NULL;
}

START_TEST(threads_verify_side_by_side)
{
	pthread_t threads[THREADS];

	use(ENTRY(""));
	for (intptr_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, verify_many, (void *)i),
		    0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("verify");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, an_answer_of_the_providers_is_believed);
	tcase_add_loop_test(t, any_other_is_not, 0, ROWS(bad));
	tcase_add_test(t, the_request_counts);
	tcase_add_test(t, nobody_is_asked_where_nobody_verifies);
	tcase_add_test(t, an_older_program_does_not_use_what_nobody_verified);
	tcase_add_test(t, no_signature_forgets_it);
	tcase_add_loop_test(
	    t, what_is_not_a_plain_yes_is_a_no, 0, ROWS(broken));
	tcase_add_test(t, all_that_verify_must_agree);
	tcase_add_test(t, others_are_not_asked);
	tcase_add_test(t, an_entry_that_moved_is_found);
	tcase_add_test(t, nobody_knows_where_the_entry_is_gone);
	tcase_add_test(t, a_call_under_way_keeps_its_entry);
	tcase_add_test(t, what_is_not_a_signature_is_refused);
	tcase_add_test(t, an_answer_without_a_status_is_refused);
	tcase_add_test(t, threads_verify_side_by_side);
	suite_add_tcase(s, t);
	return run_suite(s);
}
