/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/api/named_caller.c: numbers are copied, and those that cannot
 * be are refused.
 */
#include "api/named_caller.h"

#include <unistd.h>

#include "support/run.h"

static struct apam_error err = APAM_ERROR_INIT;

START_TEST(all_is_copied)
{
	unsigned long gids[] = { 7, 0, UINT32_MAX - 1 };
	const struct apam_caller from = { .size = sizeof(from),
		.uid = 64001,
		.gids = gids,
		.gid_count = 3,
		.unit = "a.service" };
	struct named_caller to;

	ck_assert_int_eq(named_caller_take(&to, &from, &err), APAM_OK);
	gids[0] = 8;
	ck_assert_uint_eq(to.caller.user, 64001);
	ck_assert_uint_eq(to.caller.group_count, 3);
	ck_assert_uint_eq(to.caller.groups[0], 7);
	ck_assert_uint_eq(to.caller.groups[2], UINT32_MAX - 1);
	ck_assert_str_eq(to.caller.unit.p, "a.service");
	named_caller_free(&to);
	named_caller_free(&to);
}
END_TEST

static unsigned long too_large[] = { UINT32_MAX };
static const struct apam_caller wrong[] = {
	{ .size = 0 },
	{ .size = sizeof(wrong[0]), .uid = UINT32_MAX },
	{ .size = sizeof(wrong[0]), .gids = too_large, .gid_count = 1 },
	{ .size = sizeof(wrong[0]), .gid_count = 1 },
	{ .size = sizeof(wrong[0]), .unit = "backup" },
	{ .size = sizeof(wrong[0]), .unit = "backup.timer" },
};

START_TEST(what_cannot_be_is_refused)
{
	struct named_caller to;

	ck_assert_int_eq(
	    named_caller_take(&to, &wrong[_i], &err), APAM_E_USAGE);
	ck_assert_ptr_null(to.groups);
	named_caller_free(&to);
}
END_TEST

START_TEST(what_cannot_be_is_not_plain)
{
	ck_assert(!named_caller_is_plain(&wrong[_i]));
}
END_TEST

/* This process, as it names itself: `gids` has room for 66. */
static struct apam_caller
self(unsigned long *gids)
{
	gid_t own[64];
	const int n = getgroups(64, own);

	ck_assert_int_ge(n, 0);
	gids[0] = getegid();
	for (int i = 0; i < n; i++)
		gids[i + 1] = own[i];
	return (struct apam_caller){ .size = sizeof(struct apam_caller),
		.uid = geteuid(),
		.gids = gids,
		.gid_count = (size_t)n + 1 };
}

START_TEST(this_process_is_known)
{
	unsigned long gids[66];
	struct apam_caller c = self(gids);

	ck_assert(named_caller_is_plain(&c));
	ck_assert(named_caller_is_master(&c));
	ck_assert(named_caller_is_self(&c));
	c.unit = "a.service";
	ck_assert(!named_caller_is_plain(&c));
}
END_TEST

START_TEST(with_another_group_or_user_it_is_another)
{
	unsigned long gids[66];
	struct apam_caller c = self(gids);

	gids[c.gid_count++] = 64009;
	ck_assert(!named_caller_is_self(&c));
	ck_assert(named_caller_is_master(&c));
	c.gid_count = 0;
	ck_assert(!named_caller_is_self(&c));
	c = self(gids);
	c.uid++;
	ck_assert(!named_caller_is_self(&c));
	ck_assert(!named_caller_is_master(&c));
	c.uid = 0;
	ck_assert(named_caller_is_master(&c));
}
END_TEST

/* A host that may name anybody is believed, without a look at the process. */
START_TEST(a_host_may_vouch_for_it)
{
	struct apam_caller c = { .size = sizeof(c), .uid = 64001, .own = 1 };

	ck_assert(named_caller_is_self(&c));
	ck_assert(named_caller_is_master(&c));
	c.own = 2;
	ck_assert(!named_caller_is_self(&c));
	c.own = 1;
	c.size = offsetof(struct apam_caller, own);
	ck_assert(!named_caller_is_self(&c));
	ck_assert(!named_caller_is_master(&c));
	c.size = sizeof(c);
	c.unit = "a.service";
	ck_assert(!named_caller_is_self(&c));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("named_caller");
	TCase *tc = tcase_create("named_caller");

	tcase_add_test(tc, all_is_copied);
	tcase_add_loop_test(tc, what_cannot_be_is_refused, 0, ROWS(wrong));
	tcase_add_loop_test(tc, what_cannot_be_is_not_plain, 0, ROWS(wrong));
	tcase_add_test(tc, this_process_is_known);
	tcase_add_test(tc, with_another_group_or_user_it_is_another);
	tcase_add_test(tc, a_host_may_vouch_for_it);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
