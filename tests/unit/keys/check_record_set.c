/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/record_set.c: the order of an index, keys that are
 * there twice, among as many as a registry may have, and memory that runs out.
 */
#include "keys/record_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/record_read.h"
#include "keys/record_write.h"
#include "support/fail_alloc.h"
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

START_TEST(a_set_has_its_own_texts)
{
	char id[] = "one";
	const struct key_record *r = add("demo", id, -1);

	id[0] = 'x';
	ck_assert_str_eq(r->id, "one");
	ck_assert_str_eq(r->why, "");
	/* One of its own. */
	add_many(15);
	ck_assert_ptr_nonnull(key_set_add(&set, &set.records[0]));
	ck_assert_str_eq(set.records[16].id, "one");
}
END_TEST

START_TEST(a_full_set_takes_no_more)
{
	struct key_set again;
	struct buf text;
	unsigned line;

	add_many(KEY_RECORDS_MAX);
	ck_assert_ptr_null(key_set_add(&set, &set.records[0]));
	ck_assert_uint_eq(set.count, KEY_RECORDS_MAX);
	buf_init(&text, KEY_FILE_MAX);
	ck_assert(key_set_write(&set, &text));
	ck_assert_ptr_null(key_set_read(buf_view(&text), &again, &line));
	ck_assert_uint_eq(again.count, KEY_RECORDS_MAX);
	ck_assert_str_eq(again.records[399999].id, "399999@example.com");
	key_set_free(&again);
	buf_free(&text);
	buf_init(&text, 1000);
	ck_assert(!key_set_write(&set, &text));
	buf_free(&text);
}
END_TEST

START_TEST(without_memory_a_set_stays_as_it_was)
{
	const struct key_record r = { .scheme = "demo", .id = "new" };
	size_t at;
	int n = 0;

	do {
		key_set_free(&set);
		allocations_left = n++;
		if (key_set_add(&set, &r) == NULL)
			ck_assert_uint_eq(set.count, 0);
	} while (allocation_failed());
	ck_assert_int_gt(n, 2);
	for (n = 0; n < 2; n++) {
		allocations_left = n;
		ck_assert_ptr_null(key_set_sort(&set));
		ck_assert(allocation_failed());
		allocations_left = n;
		ck_assert(!key_set_find_twice(&set, &at));
		ck_assert(allocation_failed());
	}
	ck_assert_ptr_nonnull(key_set_sort(&set));
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
	tcase_add_test(tc, a_set_has_its_own_texts);
	tcase_add_test(tc, a_full_set_takes_no_more);
	tcase_add_test(tc, without_memory_a_set_stays_as_it_was);
	return run_suite(suite);
}
