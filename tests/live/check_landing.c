/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/flight/landing.c: what a flight brought is the entry's when it
 * has landed, unless it was dropped meanwhile.
 */
#include "flight/landing.h"

#include "base/error.h"
#include "support/flights.h"

#define MINT "acquire = 2; url = \"%/x\";"

static struct flights t;
static struct flight *f;
static const struct raw_answer quick = { .head = EMPTY_200 };

static void
setup(void)
{
	flights_open(&t, &quick, "", MINT);
	f = flights_new(&t, FLIGHT_ACQUIRE, FLIGHT_MS);
	t.entry->flight.busy = true;
}

static void
teardown(void)
{
	flight_free(&f);
	flights_close(&t);
}

/* A credential of generation 5 that the flight has made. */
static void
bring(void)
{
	struct buf secret;

	buf_init(&secret, 64);
	buf_put(&secret, APAM_STR("FAKEtoken"));
	f->made = credential_new(&secret, 5, clock_ms(), 3600);
	ck_assert_ptr_nonnull(f->made);
	f->made->minted = true;
}

static void
has_landed(void)
{
	ck_assert(!t.entry->flight.busy);
	ck_assert_uint_eq(t.entry->flight.flights, 1);
}

START_TEST(what_it_brought_is_taken)
{
	bring();
	landing_listener.landed(f);
	has_landed();
	ck_assert_ptr_eq(t.entry->credential.current, f->made);
	ck_assert_int_eq(t.entry->flight.outcome.status, APAM_OK);
}
END_TEST

START_TEST(what_was_dropped_meanwhile_is_not)
{
	bring();
	pthread_mutex_lock(&t.entry->env->lock);
	entry_drop(t.entry);
	pthread_mutex_unlock(&t.entry->env->lock);
	landing_listener.landed(f);
	has_landed();
	ck_assert_ptr_null(t.entry->credential.current);
	ck_assert(!t.entry->flight.unwanted);
}
END_TEST

START_TEST(a_failure_is_for_all_who_wait)
{
	const struct restraint *r = &t.entry->credential.restraint;

	(void)error_set(&f->error, APAM_E_NETWORK, "no answer");
	landing_listener.landed(f);
	has_landed();
	ck_assert_int_eq(t.entry->flight.outcome.status, APAM_E_NETWORK);
	ck_assert_str_eq(t.entry->flight.outcome.text, "no answer");
	ck_assert_int_eq(r->last_error.status, APAM_E_NETWORK);
	ck_assert_uint_eq(r->failures, 1);
	ck_assert_int_eq(r->latch.status, APAM_OK);
}
END_TEST

START_TEST(a_revocation_forgets_the_credential)
{
	struct credential *c;

	bring();
	c = f->made;
	f->made = NULL;
	credential_state_take(&t.entry->credential, t.entry->conf, c, false);
	credential_release(&c);
	f->goal = FLIGHT_REVOKE;
	landing_listener.landed(f);
	has_landed();
	ck_assert_ptr_null(t.entry->credential.current);
}
END_TEST

START_TEST(it_is_known_what_is_waited_for)
{
	landing_listener.waits(f, FLIGHT_PROGRAM);
	ck_assert_ptr_nonnull(
	    strstr(t.entry->flight.late, "the program that gives"));
	f->stage = STAGE_TURN;
	landing_listener.waits(f, FLIGHT_SLEEP);
	ck_assert_ptr_nonnull(strstr(t.entry->flight.late, "another process"));
	f->stage = STAGE_RUN;
	landing_listener.waits(f, FLIGHT_SLEEP);
	ck_assert_ptr_nonnull(strstr(t.entry->flight.late, "asked again"));
	landing_listener.waits(f, FLIGHT_TRANSFER);
	ck_assert_str_eq(
	    t.entry->flight.late, "the provider did not answer in time");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("landing");
	TCase *tc = tcase_create("landing");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_it_brought_is_taken);
	tcase_add_test(tc, what_was_dropped_meanwhile_is_not);
	tcase_add_test(tc, a_failure_is_for_all_who_wait);
	tcase_add_test(tc, a_revocation_forgets_the_credential);
	tcase_add_test(tc, it_is_known_what_is_waited_for);
	return run_suite(suite);
}
