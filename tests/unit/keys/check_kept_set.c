/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/kept_set.c: what is kept is had once, and only by the
 * reader of the same file.
 */
#include "keys/kept_set.h"

#include "support/run.h"

static _Atomic(struct key_kept *) place;
static const struct key_registry with = { .kept = &place }, without;
static const struct file_print file = { 1, 2, 3, 4, 5, 6, 7 };

static void
teardown(void)
{
	key_kept_drop(&with);
}

/* A set with one key, as it was read from `file`. */
static struct key_set
one_key(uint64_t generation)
{
	struct key_set set = { .is = { .generation = generation },
		.from = file };

	ck_assert_ptr_nonnull(key_set_add(
	    &set, &(struct key_record){ .scheme = "demo", .id = "one" }));
	return set;
}

START_TEST(it_is_had_once)
{
	struct key_set set = one_key(1), got = { .count = 0 };

	key_kept_put(&with, &set);
	ck_assert_uint_eq(set.count, 0);
	ck_assert(key_kept_take(&with, &file, &got));
	ck_assert_uint_eq(got.count, 1);
	ck_assert_str_eq(got.records[0].id, "one");
	key_set_free(&got);
	ck_assert(!key_kept_take(&with, &file, &got));
	ck_assert_uint_eq(got.count, 0);
}
END_TEST

START_TEST(another_file_has_nothing)
{
	struct key_set set = one_key(1), got = { .count = 0 };
	struct file_print other = file;

	((int64_t *)&other)[_i]++;
	key_kept_put(&with, &set);
	ck_assert(!key_kept_take(&with, &other, &got));
	/* It is not kept for a third, either. */
	ck_assert(!key_kept_take(&with, &file, &got));
	ck_assert_uint_eq(got.count, 0);
}
END_TEST

START_TEST(the_last_one_is_kept)
{
	struct key_set first = one_key(1), second = one_key(2);
	struct key_set got = { .count = 0 };

	key_kept_put(&with, &first);
	key_kept_put(&with, &second);
	ck_assert(key_kept_take(&with, &file, &got));
	ck_assert_uint_eq(got.is.generation, 2);
	key_set_free(&got);
}
END_TEST

START_TEST(not_all_is_kept)
{
	struct key_set nothing = one_key(0), set = one_key(1);
	struct key_set got = { .count = 0 };

	/* There was no registry. */
	key_kept_put(&with, &nothing);
	ck_assert_uint_eq(nothing.count, 0);
	ck_assert(!key_kept_take(&with, &file, &got));
	/* There is no place. */
	key_kept_put(&without, &set);
	ck_assert_uint_eq(set.count, 0);
	ck_assert(!key_kept_take(&without, &file, &got));
	key_kept_drop(&without);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("kept_set");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, it_is_had_once);
	tcase_add_loop_test(tc, another_file_has_nothing, 0,
	    (int)(sizeof(file) / sizeof(int64_t)));
	tcase_add_test(tc, the_last_one_is_kept);
	tcase_add_test(tc, not_all_is_kept);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
