/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/abi/rewriting.c: what is the piece's stays where it is, the rest
 * is copied, and both have their limits.
 */
#include "abi/rewriting.h"

#include <string.h>

#include "support/run.h"

static struct apam_rewriting r;
static char piece[] = "0123456789";

static void
setup(void)
{
	memset(&r, 0, sizeof(r));
	rewriting_begin(&r, apam_str(piece));
}

static void
teardown(void)
{
	rewriting_free(&r);
}

static void
is(size_t i, const char *wanted)
{
	const struct apam_str part = rewriting_part(&r, i);

	ck_assert_uint_eq(part.n, strlen(wanted));
	ck_assert_mem_eq(part.p, wanted, part.n);
}

START_TEST(a_piece_is_not_copied)
{
	char own[] = "own";

	rewriting_put(&r, apam_str(own));
	rewriting_put(&r, apam_str(piece));
	rewriting_put(&r, (struct apam_str){ piece + 7, 3 });
	rewriting_put(&r, APAM_STR(""));
	rewriting_put(&r, APAM_STR("end"));
	memset(own, 'x', 3);
	ck_assert_uint_eq(r.count, 4);
	ck_assert_uint_eq(r.total, 3 + 10 + 3 + 3);
	is(0, "own");
	is(1, "0123456789");
	is(2, "789");
	is(3, "end");
	ck_assert_ptr_eq(rewriting_part(&r, 1).p, piece);
	ck_assert_int_eq(r.error.status, APAM_OK);
	rewriting_begin(&r, APAM_STR("another"));
	ck_assert_uint_eq(r.count, 0);
	ck_assert_uint_eq(r.total, 0);
}
END_TEST

/* One byte past its end is not the piece's. */
START_TEST(what_reaches_beyond_is_copied)
{
	char more[8] = "abcdefg";

	rewriting_begin(&r, (struct apam_str){ more, 4 });
	rewriting_put(&r, (struct apam_str){ more + 2, 3 });
	ck_assert(r.parts[0].copied);
	rewriting_put(&r, (struct apam_str){ more + 2, 2 });
	ck_assert(!r.parts[1].copied);
	is(0, "cde");
	is(1, "cd");
}
END_TEST

START_TEST(there_is_room_for_so_many_parts)
{
	for (int i = 0; i < REWRITING_PARTS_MAX; i++)
		rewriting_put(&r, apam_str(piece));
	ck_assert_int_eq(r.error.status, APAM_OK);
	rewriting_put(&r, apam_str(piece));
	ck_assert_int_eq(r.error.status, APAM_E_ABI);
	ck_assert_uint_eq(r.count, REWRITING_PARTS_MAX);
}
END_TEST

START_TEST(there_is_room_for_so_many_bytes)
{
	static char many[REWRITING_OWN_MAX];

	rewriting_put(&r, (struct apam_str){ many, sizeof(many) });
	ck_assert_int_eq(r.error.status, APAM_OK);
	rewriting_put(&r, APAM_STR("x"));
	ck_assert_int_eq(r.error.status, APAM_E_ABI);
	ck_assert_uint_eq(r.total, sizeof(many));
	/* After that nothing is taken, the piece's neither. */
	rewriting_put(&r, apam_str(piece));
	ck_assert_uint_eq(r.count, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rewriting");
	TCase *tc = tcase_create("rewriting");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_piece_is_not_copied);
	tcase_add_test(tc, what_reaches_beyond_is_copied);
	tcase_add_test(tc, there_is_room_for_so_many_parts);
	tcase_add_test(tc, there_is_room_for_so_many_bytes);
	return run_suite(suite);
}
