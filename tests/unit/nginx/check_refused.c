/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/nginx/refused.c: the last refusals, the last one first, and that
 * those of nobody push no others out.
 */
#include "nginx/refused.c"

#include <string.h>

#include "support/run.h"

static struct refused refused;

static void
setup(void)
{
	memset(&refused, 0, sizeof(refused));
}

static void
refuse(uint64_t uid, bool known)
{
	refused_next(&refused, known)->uid = uid;
}

/* How many are shown; all of them are in order. */
static size_t
shown(void)
{
	uint64_t number = UINT64_MAX;
	const struct refusal *r;
	size_t n = 0;

	for (; (r = refused_before(&refused, number)) != NULL; n++) {
		ck_assert_uint_lt(r->number, number);
		number = r->number;
	}
	return n;
}

START_TEST(at_first_there_is_none)
{
	ck_assert_ptr_null(refused_before(&refused, UINT64_MAX));
}
END_TEST

START_TEST(the_last_one_is_first)
{
	const struct refusal *r;

	refuse(1, true);
	refuse(2, false);
	refuse(3, true);
	r = refused_before(&refused, UINT64_MAX);
	ck_assert_uint_eq(r->uid, 3);
	r = refused_before(&refused, r->number);
	ck_assert_uint_eq(r->uid, 2);
	r = refused_before(&refused, r->number);
	ck_assert_uint_eq(r->uid, 1);
	ck_assert_ptr_null(refused_before(&refused, r->number));
}
END_TEST

START_TEST(those_of_nobody_push_no_others_out)
{
	const struct refusal *r;

	refuse(7, true);
	for (int i = 0; i < 10 * REFUSED_MAX; i++)
		refuse(0, false);
	ck_assert_uint_eq(shown(), 1 + REFUSED_NOBODY);
	r = refused_before(&refused, 2);
	ck_assert_ptr_nonnull(r);
	ck_assert_uint_eq(r->uid, 7);
}
END_TEST

START_TEST(nor_do_others_push_out_those_of_nobody)
{
	refuse(8, false);
	for (int i = 0; i < 10 * REFUSED_MAX; i++)
		refuse(7, true);
	ck_assert_uint_eq(shown(), 1 + REFUSED_KNOWN);
	ck_assert_uint_eq(refused_before(&refused, 2)->uid, 8);
	ck_assert_uint_eq(refused_before(&refused, UINT64_MAX)->uid, 7);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("refused");
	TCase *tc = tcase_create("refused");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, at_first_there_is_none);
	tcase_add_test(tc, the_last_one_is_first);
	tcase_add_test(tc, those_of_nobody_push_no_others_out);
	tcase_add_test(tc, nor_do_others_push_out_those_of_nobody);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
