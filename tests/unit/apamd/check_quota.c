/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/agent/quota.c: what one user may have, and that it leaves the
 * others theirs.
 */
#include "agent/quota.h"

#include "support/run.h"

static struct quota quota;

static void
setup(void)
{
	quota_init(&quota, 1064); /* 500 connections for each user */
}

static void
teardown(void)
{
	quota_free(&quota);
}

START_TEST(one_user_has_half_of_the_connections)
{
	struct quota_user *first = NULL, *user = NULL;

	for (int i = 0; i < 500; i++) {
		user = quota_enter(&quota, 7);
		ck_assert_ptr_nonnull(user);
		first = first == NULL ? user : first;
		ck_assert_ptr_eq(user, first);
	}
	ck_assert_ptr_null(quota_enter(&quota, 7));
	ck_assert_ptr_nonnull(quota_enter(&quota, 7 + NUMBER_TABLE_BUCKETS));
	ck_assert_uint_eq(quota.users.count, 2);
	quota_leave(&quota, &user);
	ck_assert_ptr_null(user);
	ck_assert_ptr_eq(quota_enter(&quota, 7), first);
}
END_TEST

START_TEST(one_user_has_so_much_memory)
{
	struct quota_user *one = quota_enter(&quota, 1);
	struct quota_user *other = quota_enter(&quota, 2);

	ck_assert(quota_weigh(one, 0, QUOTA_BYTES));
	ck_assert(!quota_weigh(one, 0, 1));
	ck_assert(quota_weigh(other, 0, 1));
	ck_assert(!quota_weigh(one, 1, 2));
	ck_assert(quota_weigh(one, 2, 0));
}
END_TEST

START_TEST(one_user_has_a_little_time_in_each_turn)
{
	struct quota_user *one = quota_enter(&quota, 1);
	struct quota_user *other = quota_enter(&quota, 2);

	ck_assert(quota_has_time(one, 1));
	quota_spend(one, 1, QUOTA_TURN_MS - 1);
	ck_assert(quota_has_time(one, 1));
	quota_spend(one, 1, 1);
	ck_assert(!quota_has_time(one, 1));
	ck_assert(quota_has_time(other, 1));
	ck_assert(quota_has_time(one, 2));
	quota_spend(one, 2, QUOTA_TURN_MS - 1);
	ck_assert(quota_has_time(one, 2));
}
END_TEST

START_TEST(few_descriptors_leave_some_connections)
{
	quota_init(&quota, 100);
	ck_assert_uint_gt(quota.most[QUOTA_OF_CONNECTIONS], 0);
	ck_assert_uint_lt(quota.most[QUOTA_OF_CONNECTIONS], 100);
}
END_TEST

START_TEST(a_user_who_has_left_is_forgotten)
{
	struct quota_user *a = quota_enter(&quota, 1);
	struct quota_user *b = quota_enter(&quota, 1 + NUMBER_TABLE_BUCKETS);
	struct quota_user *same = quota_enter(&quota, 1);

	quota_leave(&quota, &a);
	ck_assert_uint_eq(quota.users.count, 2);
	quota_leave(&quota, &same);
	ck_assert_uint_eq(quota.users.count, 1);
	quota_leave(&quota, &b);
	ck_assert_uint_eq(quota.users.count, 0);
	quota_leave(&quota, &b);
}
END_TEST

START_TEST(requests_have_a_limit_of_their_own)
{
	struct quota_user *user = quota_enter(&quota, 1);

	for (int i = 0; i < QUOTA_REQUESTS; i++)
		ck_assert(quota_take(&quota, user, QUOTA_OF_REQUESTS));
	ck_assert(!quota_take(&quota, user, QUOTA_OF_REQUESTS));
	ck_assert(quota_take(&quota, user, QUOTA_OF_PAGES));
	quota_give(user, QUOTA_OF_REQUESTS);
	ck_assert(quota_take(&quota, user, QUOTA_OF_REQUESTS));
	quota_give(user, QUOTA_OF_PAGES);
	quota_give(user, QUOTA_OF_PAGES);
	ck_assert_uint_eq(user->has[QUOTA_OF_PAGES], 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("quota");
	TCase *t = tcase_create("quota");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, one_user_has_half_of_the_connections);
	tcase_add_test(t, one_user_has_a_little_time_in_each_turn);
	tcase_add_test(t, one_user_has_so_much_memory);
	tcase_add_test(t, few_descriptors_leave_some_connections);
	tcase_add_test(t, a_user_who_has_left_is_forgotten);
	tcase_add_test(t, requests_have_a_limit_of_their_own);
	suite_add_tcase(s, t);
	return run_suite(s);
}
