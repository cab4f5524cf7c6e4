/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/abi/rewriting.c: what stands before a piece and behind it, each
 * piece once, and so many bytes.
 */
#include "abi/rewriting.h"

#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "support/run.h"

static struct apam_rewriting r;

static void
setup(void)
{
	error_init(&r.error);
	rewriting_begin(&r, true);
}

static void
stands_around(const char *before, const char *behind)
{
	const struct around around = rewriting_around(&r);

	ck_assert(str_equal(around.before, apam_str(before)));
	ck_assert(str_equal(around.behind, apam_str(behind)));
}

static void
has_failed(const char *text)
{
	rewriting_end(&r);
	ck_assert_int_eq(r.error.status, APAM_E_ABI);
	ck_assert_str_eq(r.error.text, text);
}

START_TEST(a_piece_is_between_what_is_put)
{
	char own[] = "own";

	rewriting_put(&r, apam_str(own));
	rewriting_put(&r, APAM_STR(""));
	rewriting_put(&r, APAM_STR(";"));
	rewriting_put_piece(&r);
	rewriting_put(&r, APAM_STR("end"));
	rewriting_end(&r);
	memset(own, 'x', 3);
	ck_assert_int_eq(r.error.status, APAM_OK);
	stands_around("own;", "end");
	/* Nothing of it is left for the next one. */
	rewriting_begin(&r, true);
	rewriting_put_piece(&r);
	rewriting_end(&r);
	stands_around("", "");
}
END_TEST

START_TEST(at_the_end_there_is_no_piece)
{
	rewriting_begin(&r, false);
	rewriting_put(&r, APAM_STR("trailer"));
	rewriting_end(&r);
	ck_assert_int_eq(r.error.status, APAM_OK);
	stands_around("trailer", "");
	rewriting_put_piece(&r);
	has_failed("the module puts a piece where the body has ended");
}
END_TEST

START_TEST(a_piece_is_put_once)
{
	rewriting_put(&r, APAM_STR("x"));
	has_failed("the module leaves a piece of the body out");
	rewriting_begin(&r, true);
	rewriting_put_piece(&r);
	rewriting_put_piece(&r);
	has_failed("the module puts a piece of the body twice");
}
END_TEST

START_TEST(there_is_room_for_so_many_bytes)
{
	static char many[REWRITING_OWN_MAX - 1];

	rewriting_put(&r, (struct apam_str){ many, sizeof(many) });
	rewriting_put_piece(&r);
	rewriting_put(&r, APAM_STR("x"));
	ck_assert_int_eq(r.error.status, APAM_OK);
	ck_assert_uint_eq(rewriting_around(&r).behind.n, 1);
	rewriting_put(&r, APAM_STR("x"));
	has_failed("the module adds more to the body than there is room for");
	/* After that nothing is taken. */
	ck_assert_uint_eq(r.used, REWRITING_OWN_MAX);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rewriting");
	TCase *tc = tcase_create("rewriting");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, a_piece_is_between_what_is_put);
	tcase_add_test(tc, at_the_end_there_is_no_piece);
	tcase_add_test(tc, a_piece_is_put_once);
	tcase_add_test(tc, there_is_room_for_so_many_bytes);
	return run_suite(suite);
}
