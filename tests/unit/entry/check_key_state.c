/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/key_state.c: what findings leave behind, when a check is
 * due, and what may be signed by it.  Nothing but an answer about the key is
 * evidence, and "unknown" lives on what was known before, for a while.
 */
#include "entry/key_state.h"

#include "base/clock.h"
#include "base/error.h"
#include "entry/backoff.h"
#include "support/run.h"

#define TTL 100 /* seconds */
#define EVERY 60

static struct profile_entry conf;
static struct key_state s;

static void
setup(void)
{
	conf = (struct profile_entry){ .revocation_check = CHECK_PERIODIC,
		.check_every = EVERY,
		.revocation_ttl = TTL,
		.deny_unknown = true };
	key_state_init(&s);
}

static void
find(enum apam_key_state state)
{
	const struct key_finding finding = {
		.state = state, .at = 1700000000, .evidence = "evidence"
	};

	key_state_found(&s, &conf, &finding);
}

static bool
enough(int64_t seconds_from_now)
{
	return key_state_enough(
	    &s, &conf, clock_ms() + seconds_from_now * 1000);
}

static bool
due(int64_t seconds_from_now)
{
	return key_state_check_due(
	    &s, &conf, clock_ms() + seconds_from_now * 1000);
}

/* ---- May it sign? ------------------------------------------------------- */

enum before { NOTHING, GOOD, GOOD_THEN_UNKNOWN, DOUBT, DOUBT_AFTER_GOOD };

static const struct row {
	const char *name;
	enum revocation_check check;
	bool deny;
	enum before before;
	int at; /* seconds from then */
	bool enough;
} rows[] = {
	{ "allowed, never asked", CHECK_PERIODIC, false, NOTHING, 0, true },
	{ "allowed, long unknown", CHECK_PERIODIC, false, GOOD_THEN_UNKNOWN,
	    TTL + 10, true },
	{ "allowed, in doubt", CHECK_ON_REJECT, false, DOUBT, 0, true },
	{ "denied, never asked", CHECK_PERIODIC, true, NOTHING, 0, false },
	{ "good", CHECK_PERIODIC, true, GOOD, 0, true },
	{ "good, not asked for too long", CHECK_PERIODIC, true, GOOD, TTL + 10,
	    false },
	{ "unknown since good", CHECK_PERIODIC, true, GOOD_THEN_UNKNOWN,
	    TTL - 10, true },
	{ "unknown for too long", CHECK_PERIODIC, true, GOOD_THEN_UNKNOWN,
	    TTL + 10, false },
	{ "nobody rejected it", CHECK_ON_REJECT, true, NOTHING, 0, true },
	{ "good, long ago, nobody rejected it", CHECK_ON_REJECT, true, GOOD,
	    TTL + 10, true },
	{ "rejected, never good", CHECK_ON_REJECT, true, DOUBT, 0, false },
	{ "rejected, good before", CHECK_ON_REJECT, true, DOUBT_AFTER_GOOD,
	    TTL - 10, true },
	{ "rejected, good too long ago", CHECK_ON_REJECT, true,
	    DOUBT_AFTER_GOOD, TTL + 10, false },
	{ "nobody is to be asked", CHECK_NEVER, true, DOUBT, 0, true },
};

static void
come_to(enum before before)
{
	if (before == GOOD || before == GOOD_THEN_UNKNOWN ||
	    before == DOUBT_AFTER_GOOD)
		find(APAM_KEY_GOOD);
	if (before == GOOD_THEN_UNKNOWN)
		find(APAM_KEY_UNKNOWN);
	s.doubtful = before == DOUBT || before == DOUBT_AFTER_GOOD;
}

START_TEST(what_is_known_decides)
{
	const struct row *row = &rows[_i];

	conf.revocation_check = row->check;
	conf.deny_unknown = row->deny;
	come_to(row->before);
	ck_assert_msg(enough(row->at) == row->enough, "%s", row->name);
}
END_TEST

START_TEST(a_ttl_of_nothing_bears_no_unknown)
{
	conf.revocation_ttl = 0;
	find(APAM_KEY_GOOD);
	ck_assert(!enough(1));
}
END_TEST

START_TEST(a_dead_key_is_not_good_by_what_was_before)
{
	find(APAM_KEY_GOOD);
	find(APAM_KEY_REVOKED);
	find(APAM_KEY_UNKNOWN);
	ck_assert(!enough(0));
}
END_TEST

/* ---- When is a check due? ------------------------------------------------ */

START_TEST(a_periodic_check_comes_before_its_time_is_over)
{
	ck_assert(due(0));
	find(APAM_KEY_GOOD);
	ck_assert(!due(EVERY / 2));
	ck_assert(due(EVERY * 9 / 10 + 1));
}
END_TEST

START_TEST(nothing_known_is_asked_again_after_a_wait)
{
	find(APAM_KEY_UNKNOWN);
	ck_assert(!due(-1));
	ck_assert(due(BACKOFF_BASE_MS / 1000 + 1));
}
END_TEST

START_TEST(waits_grow)
{
	int64_t longest = 0;

	for (int i = 0; i < 30; i++) {
		find(APAM_KEY_UNKNOWN);
		if (s.check_at - clock_ms() > longest)
			longest = s.check_at - clock_ms();
	}
	ck_assert_int_gt(longest, 10 * BACKOFF_BASE_MS);
	find(APAM_KEY_GOOD);
	find(APAM_KEY_UNKNOWN);
	ck_assert_int_le(s.check_at - clock_ms(), BACKOFF_BASE_MS);
}
END_TEST

START_TEST(a_rejection_is_asked_about)
{
	conf.revocation_check = CHECK_ON_REJECT;
	ck_assert(!due(EVERY * 100));
	s.doubtful = true;
	ck_assert(due(0));
	find(APAM_KEY_GOOD);
	ck_assert(!s.doubtful);
	ck_assert(!due(EVERY * 100));
}
END_TEST

START_TEST(dead_and_never_are_not_asked_about)
{
	find(APAM_KEY_REVOKED);
	ck_assert(!due(EVERY * 100));
	key_state_init(&s);
	conf.revocation_check = CHECK_NEVER;
	s.doubtful = true;
	ck_assert(!due(EVERY * 100));
}
END_TEST

/* ---- Acquiring ------------------------------------------------------------ */

START_TEST(a_credential_given_is_evidence)
{
	int64_t now = clock_ms();

	s.doubtful = true;
	key_state_given(&s, &conf, now, 1700000000);
	ck_assert_int_eq(s.found.state, APAM_KEY_GOOD);
	ck_assert_int_eq(s.found.at, 1700000000);
	ck_assert_str_ne(s.found.evidence, "");
	ck_assert(!s.doubtful);
	ck_assert(enough(0));
}
END_TEST

static const struct refusal {
	enum apam_status status;
	enum apam_key_state state;
} refusals[] = {
	{ APAM_E_REVOKED, APAM_KEY_REVOKED },
	{ APAM_E_EXPIRED, APAM_KEY_EXPIRED },
};

START_TEST(a_credential_refused_is_evidence)
{
	struct apam_error why = APAM_ERROR_INIT;

	error_clear(&why);
	(void)error_set(&why, refusals[_i].status, "the endpoint said so");
	find(APAM_KEY_GOOD);
	key_state_refused(&s, &why);
	ck_assert_int_eq(s.found.state, refusals[_i].state);
	ck_assert_str_eq(s.found.evidence, "the endpoint said so");
	ck_assert(!enough(0));
}
END_TEST

/* ---- News ----------------------------------------------------------------- */

START_TEST(a_change_is_news_once)
{
	ck_assert(!key_state_news(&s));
	find(APAM_KEY_GOOD);
	ck_assert(!key_state_news(&s));
	find(APAM_KEY_UNKNOWN);
	ck_assert(key_state_news(&s));
	ck_assert(!key_state_news(&s));
	find(APAM_KEY_UNKNOWN);
	ck_assert(!key_state_news(&s));
	find(APAM_KEY_REVOKED);
	ck_assert(key_state_news(&s));
	find(APAM_KEY_GOOD);
	ck_assert(key_state_news(&s));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_state");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, what_is_known_decides, 0, ROWS(rows));
	tcase_add_test(tc, a_ttl_of_nothing_bears_no_unknown);
	tcase_add_test(tc, a_dead_key_is_not_good_by_what_was_before);
	tcase_add_test(tc, a_periodic_check_comes_before_its_time_is_over);
	tcase_add_test(tc, nothing_known_is_asked_again_after_a_wait);
	tcase_add_test(tc, waits_grow);
	tcase_add_test(tc, a_rejection_is_asked_about);
	tcase_add_test(tc, dead_and_never_are_not_asked_about);
	tcase_add_test(tc, a_credential_given_is_evidence);
	tcase_add_loop_test(
	    tc, a_credential_refused_is_evidence, 0, ROWS(refusals));
	tcase_add_test(tc, a_change_is_news_once);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
