/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/record_set.c: the order of an index, and keys that are
 * there twice, among as many as a registry may have.  Reading and writing is
 * check_key_record's.
 */
#include "keys/record_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/run.h"

static struct key_set set;

static void
teardown(void)
{
	key_set_free(&set);
}

static struct key_record *
add(const char *scheme, const char *id, int mark)
{
	struct key_record r = { .scheme = scheme,
		.id = id,
		.marked = mark >= 0,
		.mark = { (unsigned char)(mark >> 8), (unsigned char)mark } };
	struct key_record *added = key_set_add(&set, &r);

	ck_assert_ptr_nonnull(added);
	return added;
}

static void
add_many(size_t count)
{
	char id[40];

	for (size_t i = 0; i < count; i++) {
		(void)snprintf(id, sizeof(id), "%zu@example.com", i);
		(void)add("demo", id, i % 5 == 0 ? (int)i & 0xffff : -1);
	}
}

static const size_t counts[] = { 0, 1, 2, 17, 5000, 100000 };

START_TEST(it_is_sorted_by_hash)
{
	const struct key_sorted *sorted;

	add_many(counts[_i]);
	sorted = key_set_sort(&set);
	ck_assert_ptr_nonnull(sorted);
	for (size_t i = 1; i < set.count; i++)
		ck_assert_int_le(memcmp(sorted[i - 1].record->hash,
				     sorted[i].record->hash, KEY_HASH_SIZE),
		    0);
}
END_TEST

START_TEST(secrets_of_an_id_are_sorted_by_mark)
{
	const struct key_sorted *sorted;

	for (int i = 3000; i >= -1; i--)
		(void)add("demo", "one", i);
	sorted = key_set_sort(&set);
	ck_assert(!sorted[0].record->marked);
	for (int i = 0; i <= 3000; i++)
		ck_assert_int_eq(sorted[i + 1].record->mark[0] << 8 |
			sorted[i + 1].record->mark[1],
		    i);
}
END_TEST

static const struct {
	const char *scheme, *id;
	int mark;
	bool twice;
} keys[] = {
	{ "demo", "one", -1, true },
	{ "demo", "one", 7, false },
	{ "demo", "On", -1, false },
	{ "demos", "ne", -1, false },
	{ "demo", "two", 7, true },
	{ "demo", "two", 8, false },
	{ "demo", "two", -1, false },
};

START_TEST(a_key_that_is_there_twice_is_found)
{
	size_t at = 99;

	(void)add("demo", "one", -1);
	(void)add("demo", "two", 7);
	add_many(100);
	ck_assert(key_set_find_twice(&set, &at));
	ck_assert_uint_eq(at, set.count);
	(void)add(keys[_i].scheme, keys[_i].id, keys[_i].mark);
	ck_assert(key_set_find_twice(&set, &at));
	ck_assert_uint_eq(at, keys[_i].twice ? 102 : 103);
}
END_TEST

START_TEST(what_can_be_no_key_has_no_hash)
{
	static const unsigned char none[KEY_HASH_SIZE];
	unsigned char hash[KEY_HASH_SIZE];
	char longer[KEY_TEXT_MAX + 2];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[KEY_TEXT_MAX + 1] = '\0';
	key_hash("demo", apam_str(longer), hash);
	ck_assert_mem_eq(hash, none, sizeof(none));
	key_hash(longer, apam_str("a"), hash);
	ck_assert_mem_eq(hash, none, sizeof(none));
	key_hash("demo", apam_str(longer + 1), hash);
	ck_assert_mem_ne(hash, none, sizeof(none));
}
END_TEST

/* Each text stays as it was, however many come after it, and however long. */
START_TEST(texts_stay_what_they_are)
{
	static char long_one[70000];
	const char *kept[3000], *one;
	char text[40];

	memset(long_one, 'x', sizeof(long_one));
	for (size_t i = 0; i < ROWS(kept); i++) {
		(void)snprintf(text, sizeof(text), "%0*zu", (int)(i % 39), i);
		kept[i] = key_set_text(&set, apam_str(text));
		ck_assert_ptr_nonnull(kept[i]);
	}
	one = key_set_text(
	    &set, (struct apam_str){ long_one, sizeof(long_one) });
	ck_assert_ptr_nonnull(one);
	ck_assert_uint_eq(strlen(one), sizeof(long_one));
	ck_assert_str_eq(key_set_text(&set, APAM_STR("")), "");
	for (size_t i = 0; i < ROWS(kept); i++) {
		(void)snprintf(text, sizeof(text), "%0*zu", (int)(i % 39), i);
		ck_assert_str_eq(kept[i], text);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_set");
	TCase *tc = tcase_create("key_set");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_loop_test(tc, it_is_sorted_by_hash, 0, ROWS(counts));
	tcase_add_test(tc, texts_stay_what_they_are);
	tcase_add_test(tc, secrets_of_an_id_are_sorted_by_mark);
	tcase_add_loop_test(
	    tc, a_key_that_is_there_twice_is_found, 0, ROWS(keys));
	tcase_add_test(tc, what_can_be_no_key_has_no_hash);
	return run_suite(suite);
}
