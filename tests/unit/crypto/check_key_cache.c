/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/crypto/key_cache.c: a key is found by all that it was made of,
 * the one that was not used for longest goes, and those of a credential go with
 * it.
 */
#include "crypto/key_cache.h"

#include <pthread.h>

#include "base/secmem.h"
#include "support/run.h"
#include "support/test_keys.h"

static struct key_cache cache;

static void
setup(void)
{
	key_cache_init(&cache);
}

static void
teardown(void)
{
	key_cache_free(&cache);
	ck_assert_int_eq(secmem_live(), 0);
}

/* Keep a new key by this recipe; its number. */
static uint64_t
keep_new(const struct key_recipe *recipe)
{
	struct apam_key *key = symmetric_key(APAM_STR("a key"));
	const uint64_t number = key->number;

	key_cache_keep(&cache, recipe, key);
	key_drop(&key);
	return number;
}

/* The number of the key that is found; 0: none is. */
static uint64_t
found(const struct key_recipe *recipe)
{
	struct apam_key *key = key_cache_find(&cache, recipe);
	const uint64_t number = key == NULL ? 0 : key->number;

	key_drop(&key);
	return number;
}

static const struct apam_str ab_c[] = { { "ab", 2 }, { "c", 1 } };
static const struct apam_str a_bc[] = { { "a", 1 }, { "bc", 2 } };
static const struct apam_str abc[] = { { "abc", 3 } };
static const struct apam_str ab_c_none[] = { { "ab", 2 }, { "c", 1 },
	{ NULL, 0 } };

static const struct key_recipe recipes[] = {
	{ .numbers = { 1, 1, 7 }, .parts = ab_c, .count = 2 },
	{ .numbers = { 1, 1, 7 }, .parts = a_bc, .count = 2 },
	{ .numbers = { 1, 1, 7 }, .parts = abc, .count = 1 },
	{ .numbers = { 1, 1, 7 }, .parts = ab_c_none, .count = 3 },
	{ .numbers = { 1, 1, 7 }, .parts = NULL, .count = 0 },
	{ .numbers = { 1, 1, 8 }, .parts = ab_c, .count = 2 },
	{ .numbers = { 1, 2, 7 }, .parts = ab_c, .count = 2 },
	{ .numbers = { 2, 1, 7 }, .parts = ab_c, .count = 2 },
	{ .numbers = { 1, 1, 7, 1 }, .parts = ab_c, .count = 2 },
};

START_TEST(all_of_a_recipe_counts)
{
	uint64_t numbers[ROWS(recipes)];

	for (int i = 0; i < ROWS(recipes); i++) {
		ck_assert_uint_eq(found(&recipes[i]), 0);
		numbers[i] = keep_new(&recipes[i]);
	}
	for (int i = 0; i < ROWS(recipes); i++)
		ck_assert_uint_eq(found(&recipes[i]), numbers[i]);
	/* The first one that was made stays. */
	(void)keep_new(&recipes[0]);
	ck_assert_uint_eq(found(&recipes[0]), numbers[0]);
}
END_TEST

START_TEST(the_one_not_used_for_longest_goes)
{
	struct key_recipe recipe = { .numbers = { 1 } };
	const uint64_t first = keep_new(&recipe);

	for (uint64_t i = 1; i <= 10 * KEY_CACHE_ITEMS; i++) {
		recipe.numbers[1] = i;
		(void)keep_new(&recipe);
		recipe.numbers[1] = 0;
		ck_assert_uint_eq(found(&recipe), first);
	}
	recipe.numbers[1] = 9 * KEY_CACHE_ITEMS;
	ck_assert_uint_eq(found(&recipe), 0);
	recipe.numbers[1] = 9 * KEY_CACHE_ITEMS + 2;
	ck_assert_uint_ne(found(&recipe), 0);
}
END_TEST

START_TEST(keys_go_with_their_credential)
{
	const struct key_recipe derived = { .numbers = { 1 } };
	const struct key_recipe old = {
		.numbers = { 2 }, .acquired_ms = 5, .secret = "old"
	};
	const struct key_recipe same = {
		.numbers = { 3 }, .acquired_ms = 5, .secret = old.secret
	};
	const struct key_recipe new = {
		.numbers = { 4 }, .acquired_ms = 6, .secret = "new"
	};

	(void)keep_new(&derived);
	(void)keep_new(&old);
	(void)keep_new(&same);
	ck_assert_uint_ne(found(&old), 0);
	(void)keep_new(&new);
	ck_assert_uint_eq(found(&old), 0);
	ck_assert_uint_eq(found(&same), 0);
	/* One that still signs with the old one does not take the new ones. */
	(void)keep_new(&old);
	ck_assert_uint_ne(found(&new), 0);
	ck_assert_uint_ne(found(&derived), 0);
	key_cache_forget(&cache);
	ck_assert_uint_eq(found(&new), 0);
	ck_assert_uint_ne(found(&derived), 0);
}
END_TEST

START_TEST(without_memory_it_is_not_kept)
{
	struct apam_key *key = symmetric_key(APAM_STR("a key"));

	secmem_fail_after(0);
	key_cache_keep(&cache, &recipes[0], key);
	secmem_fail_after(-1);
	ck_assert_uint_eq(found(&recipes[0]), 0);
	key_drop(&key);
}
END_TEST

/* ---- Threads ------------------------------------------------------------ */

#define THREADS 4
#define TURNS 2000

static void *
work(void *arg)
{
	struct key_recipe recipe = { .numbers = { 1 } };

	for (uint64_t i = 0; i < TURNS; i++) {
		recipe.numbers[1] = i % (2 * KEY_CACHE_ITEMS);
		if (found(&recipe) == 0)
			(void)keep_new(&recipe);
		if (i % 500 == 499)
			key_cache_free(&cache);
	}
	return arg;
}

START_TEST(many_threads_have_one_cache)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, work, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_cache");
	TCase *tc = tcase_create("key_cache");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, all_of_a_recipe_counts);
	tcase_add_test(tc, the_one_not_used_for_longest_goes);
	tcase_add_test(tc, keys_go_with_their_credential);
	tcase_add_test(tc, without_memory_it_is_not_kept);
	tcase_add_test(tc, many_threads_have_one_cache);
	return run_suite(suite);
}
