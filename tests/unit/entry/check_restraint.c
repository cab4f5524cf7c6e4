/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/restraint.c: how long the provider is left alone.
 */
#include "entry/restraint.h"

#include "base/clock.h"
#include "support/run.h"

#define NOW 1000000
#define NEVER 0

/* The wait is drawn at random, up to 1 s doubled with each failure. */
static const struct {
	const char *name;
	unsigned failures; /* before */
	int64_t serves_until, retry_after;
	int64_t least, most; /* of the wait */
} waits[] = {
	{ "the first failure", 0, NEVER, -1, 0, 1000 },
	{ "one of many", 20, NEVER, -1, 0, 300000 },
	{ "half of what is left", 20, NOW + 4000, -1, 0, 2000 },
	{ "hardly anything is left", 20, NOW + 10, -1, 0, 200 },
	{ "the provider says how long", 0, NEVER, 60, 60000, 61000 },
	{ "it does, and a credential serves", 0, NOW + 100, 60, 60000, 61000 },
	{ "it says: at once", 0, NEVER, 0, 0, 1000 },
};

START_TEST(it_waits_as_long_as_it_should)
{
	for (int i = 0; i < 200; i++) {
		struct restraint r;

		restraint_init(&r);
		r.failures = waits[_i].failures;
		restraint_after_failure(
		    &r, NOW, waits[_i].serves_until, waits[_i].retry_after);
		ck_assert_uint_eq(r.failures, waits[_i].failures + 1);
		ck_assert_msg(r.not_before >= NOW + waits[_i].least &&
			r.not_before <= NOW + waits[_i].most,
		    "%s: %lld", waits[_i].name, (long long)r.not_before - NOW);
	}
}
END_TEST

START_TEST(an_answer_lifts_it)
{
	struct restraint r;

	restraint_init(&r);
	restraint_after_failure(&r, NOW, NEVER, -1);
	restraint_lift(&r);
	ck_assert_uint_eq(r.failures, 0);
	ck_assert_int_eq(r.not_before, 0);
}
END_TEST

START_TEST(a_latch_holds_until_it_is_opened)
{
	const struct apam_error why = { .status = APAM_E_REVOKED, .entry = -1 };
	struct restraint r;

	restraint_init(&r);
	ck_assert_int_eq(r.latch.status, APAM_OK);
	restraint_latch(&r, &why);
	r.aside_until = NOW;
	ck_assert_int_eq(r.latch.status, APAM_E_REVOKED);
	restraint_open(&r);
	ck_assert_int_eq(r.latch.status, APAM_OK);
	ck_assert_int_eq(r.aside_until, 0);
}
END_TEST

START_TEST(people_hear_of_the_last_error)
{
	const struct apam_error why = { .status = APAM_E_NETWORK, .entry = -1 };
	struct restraint r;

	restraint_init(&r);
	restraint_note(&r, &why);
	ck_assert_int_eq(r.last_error.status, APAM_E_NETWORK);
	ck_assert_int_ge(r.last_error_at, clock_unix() - 5);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("restraint");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, it_waits_as_long_as_it_should, 0, ROWS(waits));
	tcase_add_test(tc, an_answer_lifts_it);
	tcase_add_test(tc, a_latch_holds_until_it_is_opened);
	tcase_add_test(tc, people_hear_of_the_last_error);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
