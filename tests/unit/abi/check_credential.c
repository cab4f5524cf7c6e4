/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/abi/credential.c: whose bytes they are, when it ends, and that
 * the last holder wipes it, whichever thread that is.
 */
#include "abi/credential.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/secmem.h"
#include "support/run.h"

#define SECRET "FAKEtoken"

static struct buf secret;
static int live;

static void
setup(void)
{
	live = secmem_live();
	buf_init(&secret, 100);
	buf_put(&secret, APAM_STR(SECRET));
}

static void
teardown(void)
{
	buf_free(&secret);
	ck_assert_int_eq(secmem_live(), live);
}

START_TEST(it_takes_the_bytes_over)
{
	const char *there = buf_view(&secret).p;
	struct credential *c = credential_new(&secret, 7, 1000, 60);

	ck_assert_ptr_nonnull(c);
	ck_assert_uint_eq(secret.n, 0);
	ck_assert_uint_eq(secret.max, 100);
	ck_assert_uint_eq(buf_view(&secret).n, 0);
	/* The same bytes: nothing was copied that would have to be wiped. */
	ck_assert_ptr_eq(c->view.secret.p, there);
	ck_assert_str_eq(c->view.secret.p, SECRET);
	ck_assert_uint_eq(c->view.secret.n, strlen(SECRET));
	ck_assert_uint_eq(c->view.size, sizeof(c->view));
	ck_assert_int_ge(c->view.acquired_ms, clock_unix() - 5);
	ck_assert_uint_eq(c->generation, 7);
	ck_assert(!c->minted);
	ck_assert(!signing_contributed(&c->rendered));
	credential_release(&c);
	ck_assert_ptr_null(c);
}
END_TEST

static const struct {
	int64_t since, lifetime; /* ms, s */
	int64_t expires, stale; /* ms */
} lives[] = {
	{ 1000, 0, 1000, 1000 },
	{ 1000, 1, 2000, 1900 },
	{ 1000, 100, 101000, 91000 },
	{ 1000, 600, 601000, 541000 },
	{ 1000, 86400, 86401000, 86341000 },
	{ 1000, 10LL * 365 * 86400, 315360001000, 315359941000 },
	{ 1000, APAM_FOREVER, INT64_MAX, INT64_MAX },
};

/* From when the exchange was sent, less the margin: min(60 s, 10 %). */
START_TEST(it_ends)
{
	struct credential *c = credential_new(
	    &secret, 1, lives[_i].since, lives[_i].lifetime);

	ck_assert_ptr_nonnull(c);
	ck_assert_int_eq(c->expires, lives[_i].expires);
	ck_assert_int_eq(c->stale, lives[_i].stale);
	credential_release(&c);
}
END_TEST

START_TEST(the_last_holder_frees_it)
{
	struct credential *c = credential_new(&secret, 1, 0, 60);
	struct credential *second = credential_hold(c);
	struct credential *third = credential_hold(c);
	int held = secmem_live();

	ck_assert_ptr_eq(second, c);
	credential_release(&second);
	ck_assert_ptr_null(second);
	credential_release(&c);
	ck_assert_int_eq(secmem_live(), held);
	ck_assert_str_eq(third->view.secret.p, SECRET);
	credential_release(&third);
	ck_assert_int_eq(secmem_live(), live);
	credential_release(&third);
}
END_TEST

START_TEST(what_was_rendered_goes_with_it)
{
	struct credential *c = credential_new(&secret, 1, 0, 60);

	fields_add_header(&c->rendered.headers, APAM_STR("Authorization"),
	    APAM_STR("Bearer " SECRET));
	ck_assert_ptr_nonnull(fields_array(&c->rendered.headers));
	ck_assert_int_eq(secmem_live(), live + 2);
	credential_release(&c);
	ck_assert_int_eq(secmem_live(), live);
}
END_TEST

static void *
hold_and_release(void *arg)
{
	struct credential *c = arg;

	for (int i = 0; i < 10000; i++) {
		struct credential *mine = credential_hold(c);

		if (mine->view.secret.n != strlen(SECRET))
			return arg;
		credential_release(&mine);
	}
	credential_release(&c);
	return NULL;
}

START_TEST(threads_share_it)
{
	struct credential *c = credential_new(&secret, 1, 0, 60);
	pthread_t threads[4];
	void *failed;

	for (int i = 0; i < ROWS(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
				     hold_and_release, credential_hold(c)),
		    0);
	credential_release(&c);
	for (int i = 0; i < ROWS(threads); i++) {
		ck_assert_int_eq(pthread_join(threads[i], &failed), 0);
		ck_assert_ptr_null(failed);
	}
	ck_assert_int_eq(secmem_live(), live);
}
END_TEST

static const struct {
	const char *bytes;
	uint64_t id;
} followers[] = {
	{ SECRET, 1 },
	{ SECRET "x", 2 },
	{ "another", 2 },
	{ "", 2 },
};

START_TEST(the_same_bytes_keep_their_id)
{
	struct credential *c = credential_new(&secret, 1, 0, 60), *next;

	ck_assert_uint_eq(c->id, 1);
	buf_put(&secret, apam_str(followers[_i].bytes));
	next = credential_new(&secret, 2, 0, 60);
	credential_follow(next, NULL);
	ck_assert_uint_eq(next->id, 2);
	credential_follow(next, c);
	ck_assert_uint_eq(next->id, followers[_i].id);
	ck_assert_uint_eq(next->generation, 2);
	credential_release(&next);
	credential_release(&c);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("credential");
	TCase *tc = tcase_create("credential");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, it_takes_the_bytes_over);
	tcase_add_loop_test(tc, it_ends, 0, ROWS(lives));
	tcase_add_test(tc, the_last_holder_frees_it);
	tcase_add_test(tc, what_was_rendered_goes_with_it);
	tcase_add_test(tc, threads_share_it);
	tcase_add_loop_test(
	    tc, the_same_bytes_keep_their_id, 0, ROWS(followers));
	return run_suite(suite);
}
