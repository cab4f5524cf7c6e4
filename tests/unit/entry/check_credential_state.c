/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/credential_state.c: the rules on one credential, without
 * any flight: what may be sent, what latches and what opens a latch, how long a
 * provider is left alone.  With flights they are in check_lifecycle.c.
 */
#include "entry/credential_state.h"

#include <time.h>

#include "base/clock.h"
#include "base/error.h"
#include "support/run.h"

#define TTL 100 /* seconds */

static struct credential_state l;
static struct profile_entry conf;

static void
setup(void)
{
	memset(&l, 0, sizeof(l));
	credential_state_init(&l);
	conf = (struct profile_entry){ .revocation_ttl = TTL };
}

static void
teardown(void)
{
	credential_state_free(&l);
}

/* One of this generation that lives for so long from now on. */
static void
take(uint64_t generation, int64_t seconds, bool minted)
{
	struct credential *c;
	struct buf secret;

	buf_init(&secret, 64);
	buf_put(&secret, APAM_STR("not-a-secret"));
	c = credential_new(&secret, generation, clock_ms(), seconds);
	ck_assert_ptr_nonnull(c);
	c->minted = minted;
	credential_state_take(&l, &conf, c, false);
	credential_release(&c);
}

static void
go_wrong(enum apam_status status, int64_t retry_after)
{
	struct apam_error why = APAM_ERROR_INIT;

	error_clear(&why);
	(void)error_set(&why, status, "said the provider");
	credential_state_fail(&l, &why, retry_after);
}

static void
learn(enum apam_key_state state)
{
	const struct key_finding finding = {
		.state = state, .at = 1700000000, .evidence = "asked"
	};

	credential_state_learn(&l, &conf, &finding);
}

static bool
usable(void)
{
	return credential_state_usable(&l, clock_ms());
}

static bool
latched(void)
{
	return credential_state_latched(&l, clock_ms());
}

/* ---- What may be sent ----------------------------------------------------- */

START_TEST(what_is_taken_is_usable_until_it_is_not)
{
	ck_assert(!usable());
	take(5, 100, true);
	ck_assert(usable());
	ck_assert(!credential_state_usable(&l, clock_ms() + 95 * 1000));
	credential_state_reject(&l);
	ck_assert(credential_state_rejected(&l));
	ck_assert(!usable());
	take(6, 100, true);
	ck_assert(usable());
	credential_state_drop(&l);
	ck_assert(!usable());
	ck_assert(!credential_state_rejected(&l));
}
END_TEST

START_TEST(one_for_once_is_for_those_who_waited)
{
	take(5, 0, true);
	ck_assert(!usable());
	ck_assert(credential_state_just_made(&l, clock_ms()));
	credential_state_reject(&l);
	ck_assert(!credential_state_just_made(&l, clock_ms()));
}
END_TEST

/* ---- Latches ---------------------------------------------------------------- */

static const struct {
	enum apam_status status;
	bool with, without; /* latched, with and without a credential */
} failures[] = {
	{ APAM_E_REVOKED, true, true },
	{ APAM_E_REJECTED, true, true },
	{ APAM_E_EXPIRED, true, true },
	{ APAM_E_DENIED, false, true },
	{ APAM_E_PROVIDER, false, false },
	{ APAM_E_NETWORK, false, false },
	{ APAM_E_MEMORY, false, false },
};

START_TEST(a_permanent_answer_latches)
{
	take(5, 100, true);
	go_wrong(failures[_i].status, -1);
	ck_assert_int_eq(latched(), failures[_i].with);
	ck_assert(usable());
	credential_state_drop(&l);
	ck_assert_int_eq(latched(), failures[_i].without);
}
END_TEST

static const struct {
	enum apam_key_state state;
	enum apam_status latch;
} findings[] = {
	{ APAM_KEY_UNKNOWN, APAM_E_DENIED }, /* as it was */
	{ APAM_KEY_GOOD, APAM_OK },
	{ APAM_KEY_EXPIRED, APAM_E_EXPIRED },
	{ APAM_KEY_ARCHIVED, APAM_E_ARCHIVED },
	{ APAM_KEY_REVOKED, APAM_E_REVOKED },
	{ APAM_KEY_REJECTED, APAM_E_REJECTED },
};

START_TEST(a_finding_sets_the_latch)
{
	go_wrong(APAM_E_DENIED, -1);
	learn(findings[_i].state);
	ck_assert_int_eq(l.restraint.latch.status, findings[_i].latch);
}
END_TEST

START_TEST(a_key_that_was_set_aside_comes_back)
{
	int64_t now = clock_ms();

	take(5, 1000, false);
	credential_state_set_aside(&l, &conf);
	ck_assert(latched());
	ck_assert_int_eq(l.key.found.state, APAM_KEY_REJECTED);
	credential_state_reopen(&l, now + (TTL - 1) * 1000);
	ck_assert(latched());
	credential_state_reopen(&l, now + (TTL + 1) * 1000);
	ck_assert(!latched());
	ck_assert(usable());
	ck_assert_int_eq(l.key.found.state, APAM_KEY_UNKNOWN);
}
END_TEST

START_TEST(a_dead_key_does_not_come_back)
{
	credential_state_set_aside(&l, &conf);
	learn(APAM_KEY_REVOKED);
	credential_state_reopen(&l, INT64_MAX);
	ck_assert(latched());
	/* But where somebody asks for it. */
	credential_state_retry(&l);
	ck_assert(!latched());
	ck_assert_int_eq(l.key.found.state, APAM_KEY_UNKNOWN);
}
END_TEST

START_TEST(nothing_to_retry)
{
	take(5, 1000, true);
	learn(APAM_KEY_GOOD);
	credential_state_retry(&l);
	ck_assert(usable());
	ck_assert_int_eq(l.key.found.state, APAM_KEY_GOOD);
}
END_TEST

/* ---- Leaving the provider alone ---------------------------------------------- */

START_TEST(a_failure_is_not_repeated_at_once)
{
	go_wrong(APAM_E_NETWORK, -1);
	ck_assert_int_gt(l.restraint.not_before, clock_ms() - 1);
	ck_assert_int_le(l.restraint.not_before, clock_ms() + 1000);
	go_wrong(APAM_E_NETWORK, 30);
	ck_assert_int_ge(l.restraint.not_before, clock_ms() + 30000 - 100);
	take(5, 100, true);
	ck_assert_int_eq(l.restraint.not_before, 0);
	ck_assert_uint_eq(l.restraint.failures, 0);
}
END_TEST

START_TEST(a_credential_that_ends_is_replaced_in_time)
{
	take(5, 10, true);
	for (int i = 0; i < 20; i++)
		go_wrong(APAM_E_NETWORK, -1);
	ck_assert_int_le(l.restraint.not_before, clock_ms() + 5000);
	/* Its own word counts for more. */
	go_wrong(APAM_E_THROTTLED, 60);
	ck_assert_int_ge(l.restraint.not_before, clock_ms() + 59000);
}
END_TEST

START_TEST(what_never_works_is_asked_for_ever_less)
{
	for (uint64_t i = 1; i <= 2; i++) {
		take(i, 100, true);
		credential_state_reject(&l);
	}
	ck_assert_int_eq(l.restraint.not_before, 0);
	for (uint64_t i = 3; i <= 12; i++) {
		take(i, 100, true);
		credential_state_reject(&l);
		ck_assert_int_gt(l.restraint.not_before, 0);
	}
}
END_TEST

/* ---- Copies -------------------------------------------------------------------- */

START_TEST(a_new_stack_goes_on_with_it)
{
	struct credential_state next;

	memset(&next, 0, sizeof(next));
	credential_state_init(&next);
	take(5, 100, true);
	credential_state_inherit(&next, &l);
	ck_assert_ptr_eq(next.current, l.current);
	ck_assert(credential_state_usable(&next, clock_ms()));
	ck_assert_int_eq(next.key.found.state, APAM_KEY_GOOD);
	credential_state_set_aside(&l, &conf);
	credential_state_inherit(&next, &l);
	ck_assert(credential_state_latched(&next, clock_ms()));
	ck_assert_int_eq(next.restraint.aside_until, l.restraint.aside_until);
	credential_state_free(&next);
}
END_TEST

START_TEST(people_are_shown_what_holds)
{
	struct apam_entry_status shown;

	memset(&shown, 0, sizeof(shown));
	take(5, 100, true);
	credential_state_show(&l, &shown);
	ck_assert(shown.usable);
	ck_assert_uint_eq(shown.generation, 5);
	ck_assert_int_ge(shown.expires_in, 98);
	learn(APAM_KEY_REVOKED);
	credential_state_show(&l, &shown);
	ck_assert(!shown.usable);
	ck_assert_int_eq(shown.latched, APAM_E_REVOKED);
	ck_assert_str_eq(shown.evidence, "asked");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("credential_state");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_is_taken_is_usable_until_it_is_not);
	tcase_add_test(tc, one_for_once_is_for_those_who_waited);
	tcase_add_loop_test(tc, a_permanent_answer_latches, 0, ROWS(failures));
	tcase_add_loop_test(tc, a_finding_sets_the_latch, 0, ROWS(findings));
	tcase_add_test(tc, a_key_that_was_set_aside_comes_back);
	tcase_add_test(tc, a_dead_key_does_not_come_back);
	tcase_add_test(tc, nothing_to_retry);
	tcase_add_test(tc, a_failure_is_not_repeated_at_once);
	tcase_add_test(tc, a_credential_that_ends_is_replaced_in_time);
	tcase_add_test(tc, what_never_works_is_asked_for_ever_less);
	tcase_add_test(tc, a_new_stack_goes_on_with_it);
	tcase_add_test(tc, people_are_shown_what_holds);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
