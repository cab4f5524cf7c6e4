/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/status.c: what is told of a credential before there is one,
 * while it serves and after it was refused, and what is wrong with changed
 * files meanwhile.
 */
#include <time.h>

#include "profile/handle.h"
#include "support/project.h"
#include "support/run.h"
#include "support/unusable.h"

#define URL "https://api.example/"

static struct project project;
static struct apam_profile *profile;
static struct apam_error err = APAM_ERROR_INIT;
static struct apam_error reload = APAM_ERROR_INIT;
static struct apam_entry_status s;

static void
setup(void)
{
	project_make(&project);
	project_module(&project, "return-test", true);
	project_module(&project, "hmac-test", true);
	project_secret(&project, "secret", "FAKEkey\n");
	memset(&err, 0x5a, sizeof(err));
	err.size = sizeof(err);
	memset(&reload, 0x5a, sizeof(reload));
	reload.size = sizeof(reload);
}

static void
teardown(void)
{
	project_remove(&project);
}

static void
write_entries(const char *entries)
{
	project_entries(&project, "p", entries);
}

static void
use(const char *entries)
{
	write_entries(entries);
	profile = project_get(&project, "p");
}

static enum apam_status
sign(struct apam_signature *sig)
{
	const struct apam_request request = APAM_REQUEST("GET", URL);

	*sig = (struct apam_signature)APAM_SIGNATURE_INIT;
	return apam_sign(profile, &request, sig, &err);
}

static enum apam_status
try_sign(void)
{
	struct apam_signature sig;
	enum apam_status status = sign(&sig);

	apam_signature_release(&sig);
	return status;
}

/* The state of the first entry. */
static void
ask(void)
{
	size_t count = 1;

	memset(&s, 0x5a, sizeof(s));
	ck_assert_msg(apam_profile_status(profile, &s, &count, sizeof(s),
			  &reload, &err) == APAM_OK,
	    "%s", err.text);
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(s.entry, 0);
}

/* The files are to be looked at by the next call. */
static void
let_a_second_pass(void)
{
	pthread_mutex_lock(&profile->ctx->env.lock);
	profile->check_at = 0;
	pthread_mutex_unlock(&profile->ctx->env.lock);
}

#define HMAC                                                                   \
	"{ scheme = \"hmac-test\"; key_id = \"k1\"; "                          \
	"secret = \"file:@/secret\"; }"
#define RETURNS(more) "{ scheme = \"return-test\"; " more "}"

/* ---- What cannot be told ------------------------------------------------ */

START_TEST(an_unusable_profile_has_no_state)
{
	size_t count = 1;

	use(unusable[_i].entries);
	s.entry = 7;
	ck_assert_int_eq(
	    apam_profile_status(profile, &s, &count, sizeof(s), &reload, &err),
	    unusable[_i].status);
	ck_assert_int_eq(err.status, unusable[_i].status);
	ck_assert_uint_eq(count, 0);
	ck_assert_uint_eq(s.entry, 7);
	ck_assert_int_eq(
	    apam_profile_status(profile, &s, &count, sizeof(s), NULL, NULL),
	    unusable[_i].status);
}
END_TEST

START_TEST(as_many_as_there_is_room_for)
{
	struct apam_entry_status all[4], untouched;
	size_t count = (size_t)_i;

	use(RETURNS("key_id = \"a\"; ") ", " HMAC);
	memset(&untouched, 0x5a, sizeof(untouched));
	memset(all, 0x5a, sizeof(all));
	ck_assert_int_eq(apam_profile_status(profile, _i == 0 ? NULL : all,
			     &count, sizeof(all[0]), NULL, NULL),
	    APAM_OK);
	ck_assert_uint_eq(count, 2);
	if (_i > 0)
		ck_assert_str_eq(all[0].key_id, "a");
	if (_i > 1) {
		ck_assert_str_eq(all[1].key_id, "k1");
		ck_assert_str_eq(all[1].scheme, "hmac-test");
		ck_assert_uint_eq(all[1].entry, 1);
	}
	for (int i = _i < 2 ? _i : 2; i < 4; i++)
		ck_assert_int_eq(
		    memcmp(&all[i], &untouched, sizeof(untouched)), 0);
}
END_TEST

START_TEST(a_long_key_id_is_cut)
{
	char id[301], entry[512];

	memset(id, 'i', sizeof(id));
	id[255 + _i] = '\0';
	(void)snprintf(entry, sizeof(entry), RETURNS("key_id = \"%s\"; "), id);
	use(entry);
	ask();
	ck_assert_uint_eq(strlen(s.key_id), 255);
}
END_TEST

/* ---- A credential's life ------------------------------------------------ */

static void
has_no_credential(void)
{
	ck_assert(!s.usable);
	ck_assert(!s.refreshing);
	ck_assert_uint_eq(s.generation, 0);
	ck_assert_int_eq(s.acquired_at, 0);
	ck_assert_int_eq(s.expires_in, -1);
	ck_assert_int_eq(s.refresh_in, -1);
}

START_TEST(before_there_is_one)
{
	use(RETURNS("key_id = \"k\"; "));
	ask();
	has_no_credential();
	ck_assert_str_eq(s.scheme, "return-test");
	ck_assert_str_eq(s.key_id, "k");
	ck_assert_int_eq(s.latched, APAM_OK);
	ck_assert_int_eq(s.key_state, APAM_KEY_UNKNOWN);
	ck_assert_int_eq(s.checked_at, 0);
	ck_assert_str_eq(s.evidence, "");
	ck_assert_int_eq(s.last_status, APAM_OK);
	ck_assert_int_eq(s.last_error_at, 0);
	ck_assert_int_eq(reload.status, APAM_OK);
}
END_TEST

static const struct {
	const char *entry;
	int64_t expires; /* seconds; -1: never */
} lives[] = {
	{ HMAC, -1 },
	{ RETURNS("lifetime = 1000; "), 1000 },
	{ RETURNS("lifetime = 90000; "), 90000 },
	/* Not stated: the entry's ttl. */
	{ RETURNS("lifetime = -1; ttl = 700; "), 700 },
};

START_TEST(while_it_serves)
{
	int64_t before = time(NULL), expires = lives[_i].expires;

	use(lives[_i].entry);
	ck_assert_int_eq(try_sign(), APAM_OK);
	ask();
	ck_assert(s.usable);
	ck_assert(!s.refreshing);
	ck_assert_uint_gt(s.generation, 0);
	ck_assert(s.acquired_at >= before && s.acquired_at <= time(NULL));
	ck_assert_int_le(s.expires_in, expires);
	ck_assert_int_ge(s.expires_in, expires < 0 ? expires : expires - 5);
	if (expires < 0) {
		ck_assert_int_eq(s.refresh_in, -1);
	} else {
		ck_assert_int_gt(s.refresh_in, expires / 2);
		ck_assert_int_lt(s.refresh_in, expires);
	}
	ck_assert_int_eq(s.last_status, APAM_OK);
}
END_TEST

START_TEST(after_it_was_rejected)
{
	const struct apam_answer answer = { .size = sizeof(answer),
		.status = 401 };
	struct apam_judgement j = { .size = sizeof(j) };
	struct apam_signature sig;
	int64_t before = time(NULL);

	use(RETURNS("judge = 2; probe = \"GET /\"; "));
	ck_assert_int_eq(sign(&sig), APAM_OK);
	ck_assert_int_eq(apam_judge(profile, &sig, &answer, &j, &err), APAM_OK);
	ask();
	ck_assert(!s.usable);
	ck_assert_uint_eq(s.generation, sig.generation);
	ck_assert_int_eq(s.last_status, APAM_E_PROVIDER);
	ck_assert_int_ge(s.last_error_at, before);
	ck_assert_int_eq(s.latched, APAM_OK);
	apam_signature_release(&sig);
	/* The error stays after a success. */
	ck_assert_int_eq(try_sign(), APAM_OK);
	ask();
	ck_assert(s.usable);
	ck_assert_int_eq(s.last_status, APAM_E_PROVIDER);
}
END_TEST

static const struct {
	enum apam_status answer;
	bool latches;
} failures[] = {
	{ APAM_E_PROVIDER, false },
	{ APAM_E_NETWORK, false },
	{ APAM_E_DENIED, true },
	{ APAM_E_REJECTED, true },
	{ APAM_E_EXPIRED, true },
};

#define SAYS_SO "return-test says so"

START_TEST(after_it_was_refused)
{
	char entry[128];
	int64_t before = time(NULL);

	(void)snprintf(entry, sizeof(entry),
	    RETURNS("acquire = 0; acquire_status = %d; "),
	    (int)failures[_i].answer);
	use(entry);
	ck_assert_int_eq(try_sign(), failures[_i].answer);
	ask();
	has_no_credential();
	ck_assert_int_eq(
	    s.latched, failures[_i].latches ? failures[_i].answer : APAM_OK);
	ck_assert_int_eq(s.last_status, failures[_i].answer);
	ck_assert_msg(strncmp(s.last_error, SAYS_SO, strlen(SAYS_SO)) == 0,
	    "%s", s.last_error);
	ck_assert_int_ge(s.last_error_at, before);
}
END_TEST

START_TEST(what_a_check_found_is_kept)
{
	struct apam_key_report report;
	size_t count = 1;

	use(RETURNS("key_state = 4; "));
	ck_assert_int_eq(
	    apam_check(profile, 0, &report, &count, sizeof(report), &err),
	    APAM_OK);
	ask();
	ck_assert_int_eq(s.key_state, APAM_KEY_REJECTED);
	ck_assert_int_eq(s.checked_at, report.checked_at);
	ck_assert_str_eq(s.evidence,
	    SAYS_SO "; never seen good: compare id, secret and URL first");
}
END_TEST

/* ---- Changed files ------------------------------------------------------ */

START_TEST(files_in_error_are_told_of_while_the_old_ones_hold)
{
	use(RETURNS("key_id = \"old\"; "));
	ask();
	write_entries(RETURNS("kye_id = \"new\"; "));
	let_a_second_pass();
	ask();
	ck_assert_str_eq(s.key_id, "old");
	ck_assert_int_eq(reload.status, APAM_E_CONFIG);
	ck_assert_str_eq(reload.file, project_path(&project, "apam.d/p.conf"));
	ck_assert_uint_eq(reload.line, 2);
	write_entries(RETURNS("key_id = \"new\"; "));
	let_a_second_pass();
	ask();
	ck_assert_str_eq(s.key_id, "new");
	ck_assert_int_eq(reload.status, APAM_OK);
}
END_TEST

START_TEST(a_profile_that_is_gone_has_no_state)
{
	size_t count = 1;

	use(RETURNS(""));
	ask();
	ck_assert_int_eq(unlink(project_path(&project, "apam.d/p.conf")), 0);
	let_a_second_pass();
	ck_assert_int_eq(
	    apam_profile_status(profile, &s, &count, sizeof(s), &reload, &err),
	    APAM_E_NO_PROFILE);
	ck_assert_int_eq(err.status, APAM_E_NO_PROFILE);
	ck_assert_uint_eq(count, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("status");
	TCase *t = tcase_create("core");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(
	    t, an_unusable_profile_has_no_state, 0, ROWS(unusable));
	tcase_add_loop_test(t, as_many_as_there_is_room_for, 0, 5);
	tcase_add_loop_test(t, a_long_key_id_is_cut, 0, 3);
	tcase_add_test(t, before_there_is_one);
	tcase_add_loop_test(t, while_it_serves, 0, ROWS(lives));
	tcase_add_test(t, after_it_was_rejected);
	tcase_add_loop_test(t, after_it_was_refused, 0, ROWS(failures));
	tcase_add_test(t, what_a_check_found_is_kept);
	tcase_add_test(t, files_in_error_are_told_of_while_the_old_ones_hold);
	tcase_add_test(t, a_profile_that_is_gone_has_no_state);
	suite_add_tcase(suite, t);
	return run_suite(suite);
}
