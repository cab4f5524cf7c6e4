/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/arena.c: zeroed, aligned, separate, no overflow.
 */
#include "base/arena.h"

#include "support/run.h"

START_TEST(pieces_are_zeroed_and_separate)
{
	struct arena arena = { 0 };
	unsigned char *pieces[50];

	for (size_t i = 0; i < 50; i++) {
		pieces[i] = arena_alloc(&arena, i, 3);
		ck_assert_ptr_nonnull(pieces[i]);
		ck_assert_uint_eq(
		    (uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
		for (size_t j = 0; j < 3 * i; j++)
			ck_assert_uint_eq(pieces[i][j], 0);
		memset(pieces[i], (int)i, 3 * i);
	}
	for (size_t i = 1; i < 50; i++)
		ck_assert_uint_eq(pieces[i][3 * i - 1], i);
	arena_free(&arena);
	ck_assert_ptr_null(arena.blocks);
	arena_free(&arena);
}
END_TEST

START_TEST(too_much_is_refused)
{
	struct arena arena = { 0 };

	ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX, 2));
	ck_assert_ptr_null(arena_alloc(&arena, 2, SIZE_MAX));
	ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX, 1));
	ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX / 2, 2));
	ck_assert_ptr_null(
	    arena_copy(&arena, (struct apam_str){ "x", SIZE_MAX }));
	arena_free(&arena);
}
END_TEST

START_TEST(a_copy_ends_in_a_nul)
{
	struct arena arena = { 0 };
	char text[] = "abc";
	char *copy = arena_copy(&arena, (struct apam_str){ text, 2 });

	text[0] = 'x';
	ck_assert_str_eq(copy, "ab");
	ck_assert_str_eq(arena_copy(&arena, (struct apam_str){ NULL, 0 }), "");
	arena_free(&arena);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("arena");
	TCase *tc = tcase_create("arena");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, pieces_are_zeroed_and_separate);
	tcase_add_test(tc, too_much_is_refused);
	tcase_add_test(tc, a_copy_ends_in_a_nul);
	return run_suite(suite);
}
