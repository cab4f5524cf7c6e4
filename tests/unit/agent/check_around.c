/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/agent/around.c.
 */
#include "agent/around.h"

#include <string.h>

#include "base/str.h"
#include "support/run.h"

static char many[UINT16_MAX + 1];
static struct buf all;
static struct apam_str rest, before, behind;

static void
setup(void)
{
	buf_init_plain(&all, 200000);
	memset(many, 'm', sizeof(many));
}

static void
teardown(void)
{
	buf_free(&all);
}

static void
comes(size_t n, size_t m)
{
	ck_assert(around_take(&rest, &before, &behind));
	ck_assert_uint_eq(before.n, n);
	ck_assert_uint_eq(behind.n, m);
}

START_TEST(what_was_put_is_taken)
{
	const struct apam_str most = { many, UINT16_MAX };

	ck_assert(around_put(&all, APAM_STR("head"), APAM_STR("\r\n")));
	ck_assert(around_put(&all, APAM_STR(""), APAM_STR("")));
	ck_assert(around_put(&all, most, most));
	rest = buf_view(&all);
	comes(4, 2);
	ck_assert(str_equal(before, APAM_STR("head")));
	ck_assert(str_equal(behind, APAM_STR("\r\n")));
	comes(0, 0);
	comes(UINT16_MAX, UINT16_MAX);
	ck_assert_uint_eq(rest.n, 0);
	ck_assert(!around_take(&rest, &before, &behind));
}
END_TEST

START_TEST(what_is_too_long_is_not_put)
{
	const struct apam_str more = { many, UINT16_MAX + 1 };

	ck_assert(!around_put(&all, more, APAM_STR("")));
	ck_assert(!around_put(&all, APAM_STR(""), more));
	ck_assert_uint_eq(all.n, 0);
	for (int i = 0; i < 3; i++)
		(void)around_put(
		    &all, (struct apam_str){ many, 60000 }, APAM_STR(""));
	ck_assert(
	    !around_put(&all, (struct apam_str){ many, 60000 }, APAM_STR("")));
}
END_TEST

/* Wherever it is cut, and nothing is read behind it. */
START_TEST(what_is_not_whole_is_not_taken)
{
	ck_assert(around_put(&all, APAM_STR("abc"), APAM_STR("de")));
	for (size_t n = 0; n < all.n; n++) {
		rest = (struct apam_str){ all.p, n };
		ck_assert(!around_take(&rest, &before, &behind));
		ck_assert_uint_eq(rest.n, n);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("around");
	TCase *tc = tcase_create("around");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, what_was_put_is_taken);
	tcase_add_test(tc, what_is_too_long_is_not_put);
	tcase_add_test(tc, what_is_not_whole_is_not_taken);
	return run_suite(suite);
}
