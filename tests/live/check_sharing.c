/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/flight/sharing.c, with flights that are driven by hand; those
 * of several processes are in check_share.c.
 */
#include "support/clock.h"
#include "support/flights.h"

#define MINT "acquire = 2; url = \"%/x\";"

static struct flights t;
static struct flight *f;
static int live;

static void
setup(void)
{
	live = secmem_live();
}

static void
teardown(void)
{
	flight_free(&f);
	flights_close(&t);
	ck_assert_int_eq(secmem_live(), live);
}

static void
begin(const char *options)
{
	static const struct raw_answer answer = { .head = EMPTY_200 };

	flights_open(&t, &answer, "share_credentials = true;", options);
}

/* From take-off as far as it goes without sleep. */
static enum flight_wait
fly(void)
{
	return flights_fly(&t, FLIGHT_ACQUIRE, &f);
}

/* Acquire once, so that a credential is stored. */
static void
store_one(void)
{
	ck_assert_int_eq(fly(), FLIGHT_LANDED);
	ck_assert_ptr_nonnull(f->made);
	ck_assert(!f->shared);
	flight_free(&f);
}

START_TEST(what_is_stored_is_used)
{
	begin(MINT);
	store_one();
	ck_assert_int_eq(fly(), FLIGHT_LANDED);
	ck_assert(f->shared);
	ck_assert_str_eq(f->made->view.secret.p, "returned");
	ck_assert_int_eq(f->lock.fd, -1);
	ck_assert_int_eq(atomic_load(&t.server.hits), 1);
}
END_TEST

START_TEST(what_is_to_be_replaced_is_not_used)
{
	struct credential *old;

	begin(MINT);
	ck_assert_int_eq(fly(), FLIGHT_LANDED);
	old = credential_hold(f->made);
	flight_free(&f);
	f = flight_new(t.entry, FLIGHT_ACQUIRE, old, clock_ms() + FLIGHT_MS);
	credential_release(&old);
	ck_assert_int_eq(flight_start(f), FLIGHT_TRANSFER);
	ck_assert_int_ge(f->lock.fd, 0);
}
END_TEST

START_TEST(a_lock_is_slept_on)
{
	int64_t before;
	int lock;

	begin(MINT);
	lock = share_try_lock(t.entry);
	ck_assert_int_ge(lock, 0);
	before = clock_ms();
	ck_assert_int_eq(fly(), FLIGHT_SLEEP);
	ck_assert_int_ge(f->wake_at, before + SHARE_RETRY_MS);
	ck_assert_int_le(f->wake_at, clock_ms() + 1000);
	ck_assert_int_eq(flight_woken(f), FLIGHT_SLEEP);
	ck_assert_int_eq(atomic_load(&t.server.hits), 0);
	(void)close(lock);
	ck_assert_int_eq(flight_woken(f), FLIGHT_TRANSFER);
	ck_assert_int_eq(flights_transfer(f), FLIGHT_LANDED);
	ck_assert_ptr_nonnull(f->made);
	ck_assert(!f->shared);
}
END_TEST

/* The holder of the lock stores while another one sleeps. */
START_TEST(a_sleeper_takes_what_came)
{
	struct flight *holder;

	begin(MINT);
	holder = flights_new(&t, FLIGHT_ACQUIRE, FLIGHT_MS);
	ck_assert_int_eq(flight_start(holder), FLIGHT_TRANSFER);
	ck_assert_int_eq(fly(), FLIGHT_SLEEP);
	ck_assert_int_eq(flights_transfer(holder), FLIGHT_LANDED);
	/* It still holds the lock, but that is not what is waited for. */
	ck_assert_int_eq(flight_woken(f), FLIGHT_LANDED);
	ck_assert(f->shared);
	ck_assert_int_eq(atomic_load(&t.server.hits), 1);
	flight_free(&holder);
}
END_TEST

START_TEST(a_sleep_has_an_end)
{
	int lock;

	begin(MINT);
	lock = share_try_lock(t.entry);
	ck_assert_int_ge(lock, 0);
	f = flights_new(&t, FLIGHT_ACQUIRE, FLIGHT_MS);
	ck_assert_int_eq(flight_start(f), FLIGHT_SLEEP);
	clock_advance(FLIGHT_MS);
	ck_assert_int_eq(flight_woken(f), FLIGHT_LANDED);
	ck_assert_int_eq(f->error.status, APAM_E_DEADLINE);
	ck_assert_ptr_null(f->made);
	(void)close(lock);
}
END_TEST

START_TEST(a_state_dir_of_no_use_is_done_without)
{
	begin(MINT);
	ck_assert_int_eq(chmod(project_path(&t.p, "state"), 0777), 0);
	ck_assert_int_eq(fly(), FLIGHT_LANDED);
	ck_assert_int_eq(f->lock.fd, SHARE_UNUSABLE);
	ck_assert_ptr_nonnull(f->made);
}
END_TEST

/* Its owner needs no exchange for another, so nobody needs a file. */
START_TEST(a_static_credential_is_not_stored)
{
	begin("");
	store_one();
	ck_assert_int_eq(fly(), FLIGHT_LANDED);
	ck_assert(!f->shared);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sharing");
	TCase *tc = tcase_create("sharing");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_is_stored_is_used);
	tcase_add_test(tc, what_is_to_be_replaced_is_not_used);
	tcase_add_test(tc, a_lock_is_slept_on);
	tcase_add_test(tc, a_sleeper_takes_what_came);
	tcase_add_test(tc, a_sleep_has_an_end);
	tcase_add_test(tc, a_state_dir_of_no_use_is_done_without);
	tcase_add_test(tc, a_static_credential_is_not_stored);
	return run_suite(suite);
}
