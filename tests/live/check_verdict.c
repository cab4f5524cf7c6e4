/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/flight/verdict.c: a verdict is marked once, by generation, and
 * tells whether signing again may work.
 */
#include "flight/verdict.h"

#include "support/flights.h"

#define MINT "acquire = 2; url = \"%/x\";"

static struct flights t;
static const struct raw_answer quick = { .head = EMPTY_200 };

static void
teardown(void)
{
	flights_close(&t);
}

/* An entry with a credential of generation 5. */
static struct credential_state *
hold(bool minted, const char *options)
{
	struct credential *c;
	struct buf secret;

	flights_open(&t, &quick, "", options);
	buf_init(&secret, 64);
	buf_put(&secret, APAM_STR("FAKEtoken"));
	c = credential_new(&secret, 5, clock_ms(), 3600);
	ck_assert_ptr_nonnull(c);
	c->minted = minted;
	credential_state_take(&t.entry->credential, t.entry->conf, c, false);
	credential_release(&c);
	return &t.entry->credential;
}

START_TEST(a_rejection_counts_once)
{
	const struct credential_state *s = hold(true, MINT);

	for (int i = 0; i < 3; i++)
		ck_assert(
		    verdict_reject(t.entry, 5, APAM_VERDICT_REJECTED, false));
	ck_assert(credential_state_rejected(s));
	ck_assert_uint_eq(atomic_load(&s->rejections), 1);
	verdict_accept(t.entry);
	ck_assert_uint_eq(atomic_load(&s->rejections), 0);
	ck_assert(atomic_load(&s->proven));
}
END_TEST

/* A newer one is not marked by an answer to what an older one signed. */
START_TEST(an_older_generation_says_nothing)
{
	const struct credential_state *s = hold(true, MINT);

	ck_assert(verdict_reject(t.entry, 4, APAM_VERDICT_REJECTED, false));
	ck_assert(!credential_state_rejected(s));
	ck_assert(verdict_holds(t.entry, 5));
	ck_assert(!verdict_holds(t.entry, 4));
}
END_TEST

/* There is nothing to acquire and nobody to ask. */
START_TEST(a_static_one_that_cannot_be_checked)
{
	const struct credential_state *s = hold(
	    false, MINT "revocation_check = \"never\";");

	ck_assert(!verdict_reject(t.entry, 5, APAM_VERDICT_REJECTED, true));
	ck_assert(!credential_state_rejected(s));
	ck_assert_int_eq(s->restraint.latch.status, APAM_OK);
}
END_TEST

START_TEST(a_dead_key_leaves_it_to_a_standby)
{
	struct credential_state *s = hold(true, MINT);

	s->restraint.latch.status = APAM_E_REVOKED;
	ck_assert(!verdict_reject(t.entry, 5, APAM_VERDICT_REJECTED, false));
	ck_assert(verdict_reject(t.entry, 5, APAM_VERDICT_REJECTED, true));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("verdict");
	TCase *tc = tcase_create("verdict");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, a_rejection_counts_once);
	tcase_add_test(tc, an_older_generation_says_nothing);
	tcase_add_test(tc, a_static_one_that_cannot_be_checked);
	tcase_add_test(tc, a_dead_key_leaves_it_to_a_standby);
	return run_suite(suite);
}
