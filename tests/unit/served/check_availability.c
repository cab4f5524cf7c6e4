/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/served/availability.c, with a clock that the test moves.
 */
#include "served/availability.h"

#include <string.h>

#include "base/clock.h"
#include "support/clock.h"
#include "support/run.h"

static struct availability a;
static struct apam_error err;

static void
setup(void)
{
	availability_init(&a);
	err = (struct apam_error)APAM_ERROR_INIT;
}

static void
note_away(const char *why)
{
	struct apam_error away = APAM_ERROR_INIT;

	(void)error_set(&away, APAM_E_NETWORK, "%s", why);
	availability_note_away(&a, &away);
}

START_TEST(nothing_is_known_at_first)
{
	ck_assert(!availability_is_between(&a));
	ck_assert(!availability_is_early(&a, &err));
	ck_assert_int_eq(err.status, APAM_OK);
}
END_TEST

/* ms between two looks, with what the last one found. */
static const int64_t pauses[] = { 100, 200, 400, 800, 1600, 3200, 5000, 5000 };

START_TEST(looks_become_rare)
{
	int64_t before;

	for (int i = 0; i < ROWS(pauses); i++) {
		before = clock_ms();
		note_away(i == 0 ? "gone" : "still gone");
		ck_assert_int_ge(a.again_at, before + pauses[i]);
		ck_assert_int_le(a.again_at, clock_ms() + pauses[i]);
		ck_assert_str_eq(a.away.text, i == 0 ? "gone" : "still gone");
	}
}
END_TEST

/* ms, longer than a test takes. */
#define LONG 1000000

/* There would be nothing to say why it is away. */
START_TEST(one_that_is_not_away_is_looked_for)
{
	if (_i == 1)
		availability_note_there(&a);
	availability_look_at(&a, clock_ms() + LONG);
	ck_assert(!availability_is_early(&a, &err));
}
END_TEST

START_TEST(before_its_time_nobody_looks)
{
	note_away("gone");
	availability_look_at(&a, clock_ms() + LONG);
	ck_assert(availability_is_early(&a, &err));
	ck_assert_str_eq(err.text, "gone");
	clock_advance(LONG);
	error_init(&err);
	ck_assert(!availability_is_early(&a, &err));
	ck_assert_int_eq(err.status, APAM_OK);
}
END_TEST

START_TEST(an_agent_that_answers_is_looked_for_at_once)
{
	for (int i = 0; i < 8; i++)
		note_away("gone");
	availability_note_there(&a);
	ck_assert(!availability_is_early(&a, &err));
	ck_assert(!availability_is_between(&a));
	note_away("gone anew");
	ck_assert_int_le(a.again_at, clock_ms() + AVAILABILITY_AGAIN_FIRST_MS);
}
END_TEST

/* It has its time from when it was first away, however often it is missed. */
START_TEST(an_agent_that_was_there_may_be_back)
{
	int64_t away_at;

	availability_note_there(&a);
	note_away("gone");
	away_at = a.away_at;
	clock_advance(1000);
	note_away("still gone");
	ck_assert_int_eq(a.away_at, away_at);
	a.away_at = clock_ms() + LONG - AVAILABILITY_GRACE_MS;
	ck_assert(availability_is_between(&a));
	clock_advance(LONG);
	ck_assert(!availability_is_between(&a));
}
END_TEST

START_TEST(one_that_was_never_there_is_not_waited_for)
{
	note_away("not there");
	ck_assert(!availability_is_between(&a));
}
END_TEST

/* It took a connection, and so was there, though it answered nothing. */
START_TEST(one_that_ends_a_connection_was_there)
{
	availability_note_ended(&a);
	ck_assert(!availability_is_between(&a));
	note_away("ended");
	a.away_at = clock_ms() + LONG - AVAILABILITY_GRACE_MS;
	ck_assert(availability_is_between(&a));
	/* The next one that ends does not make that longer. */
	clock_advance(LONG);
	availability_note_ended(&a);
	note_away("ended");
	ck_assert(!availability_is_between(&a));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("availability");
	TCase *tc = tcase_create("availability");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, nothing_is_known_at_first);
	tcase_add_test(tc, looks_become_rare);
	tcase_add_loop_test(tc, one_that_is_not_away_is_looked_for, 0, 2);
	tcase_add_test(tc, before_its_time_nobody_looks);
	tcase_add_test(tc, an_agent_that_answers_is_looked_for_at_once);
	tcase_add_test(tc, an_agent_that_was_there_may_be_back);
	tcase_add_test(tc, one_that_was_never_there_is_not_waited_for);
	tcase_add_test(tc, one_that_ends_a_connection_was_there);
	return run_suite(suite);
}
