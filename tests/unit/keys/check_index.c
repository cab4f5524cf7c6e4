/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/index.c: every key that is in an index is found, and no
 * other; and whatever is done to a byte of it, what is read is either right or
 * known for damaged.
 */
#define _GNU_SOURCE
#include "keys/index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/run.h"

static struct key_set set;
static struct key_index_head head;
static int fd = -1;

static void
teardown(void)
{
	key_set_free(&set);
	if (fd >= 0)
		(void)close(fd);
	fd = -1;
}

/* The n-th key of a set: every third is archived, with evidence of its own. */
static void
add(size_t n)
{
	char id[32], why[64];
	struct key_record r = { .scheme = n % 2 == 0 ? "even" : "odd",
		.id = id,
		.archived_at = n % 3 == 0 ? (int64_t)n + 1 : 0,
		.archived_by = "root",
		.why = why,
		.drops = n };

	(void)snprintf(id, sizeof(id), "key-%zu", n);
	(void)snprintf(why, sizeof(why), "for reason %zu", n);
	ck_assert_ptr_nonnull(key_set_add(&set, &r));
}

/* The index of the set in a file of its own. */
static void
make(void)
{
	struct buf bytes;

	set.is = (struct key_text){ .generation = 7, .size = 3, .sum = 4 };
	memset(set.is.registry, 5, KEY_REGISTRY_ID);
	buf_init(&bytes, KEY_INDEX_MAX);
	ck_assert(key_index_make(&set, &set.is, &bytes));
	fd = memfd_create("index", MFD_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
	buf_free(&bytes);
	ck_assert_int_eq(key_index_read(fd, &head), 0);
}

static void
make_many(size_t count)
{
	for (size_t i = 0; i < count; i++)
		add(i);
	make();
}

/* ---- Finding ------------------------------------------------------------- */

struct found {
	size_t count;
	struct key_index_slot last;
};

static bool
note(void *arg, const struct key_index_slot *slot)
{
	struct found *found = arg;

	found->count++;
	found->last = *slot;
	return true;
}

static int
find(const char *scheme, const char *id, struct found *found)
{
	unsigned char hash[KEY_HASH_SIZE];

	*found = (struct found){ .count = 0 };
	key_hash(scheme, apam_str(id), hash);
	return key_index_find(fd, &head, hash, note, found);
}

static void
check_found(size_t i)
{
	const struct key_record *r = &set.records[i];
	char by[KEY_TEXT_MAX + 1], why[KEY_TEXT_MAX + 1];
	struct found found;

	ck_assert_int_eq(find(r->scheme, r->id, &found), 0);
	ck_assert_msg(found.count == 1, "%s: %zu", r->id, found.count);
	ck_assert_int_eq(found.last.archived_at, r->archived_at);
	ck_assert_uint_eq(found.last.drops, r->drops);
	ck_assert_int_eq(
	    key_index_evidence(fd, &head, &found.last, by, why), 0);
	ck_assert_str_eq(by, r->archived_at == 0 ? "" : "root");
	ck_assert_str_eq(why, r->archived_at == 0 ? "" : r->why);
}

/* Around the sizes at which blocks are full. */
static const size_t sizes[] = { 0, 1, 62, 63, 64, 126, 127, 1000, 20000 };

START_TEST(each_key_is_found_and_no_other)
{
	struct found found;

	make_many(sizes[_i]);
	ck_assert_uint_eq(head.count, sizes[_i]);
	ck_assert_uint_eq(head.generation, 7);
	ck_assert_int_eq(key_index_check(fd, &head), 0);
	for (size_t i = 0; i < set.count; i++)
		check_found(i);
	ck_assert_int_eq(find("even", "key-1", &found), 0);
	ck_assert_uint_eq(found.count, 0);
	ck_assert_int_eq(find("even", "", &found), 0);
	ck_assert_uint_eq(found.count, 0);
}
END_TEST

START_TEST(a_walk_goes_over_all_in_order)
{
	struct found found = { .count = 0 };

	make_many(sizes[_i]);
	ck_assert_int_eq(key_index_walk(fd, &head, note, &found), 0);
	ck_assert_uint_eq(found.count, sizes[_i]);
}
END_TEST

/* One id with more secrets than a block has room for. */
START_TEST(all_secrets_of_an_id_are_found)
{
	struct key_record r = { .scheme = "a", .id = "one", .marked = true };
	struct found found;

	for (unsigned i = 0; i < 500; i++) {
		r.mark[0] = (unsigned char)(i >> 8);
		r.mark[1] = (unsigned char)i;
		r.salt[3] = (unsigned char)i;
		ck_assert_ptr_nonnull(key_set_add(&set, &r));
	}
	make();
	ck_assert_int_eq(find("a", "one", &found), 0);
	ck_assert_uint_eq(found.count, 500);
	ck_assert_uint_eq(found.last.marked, 1);
	ck_assert_uint_eq(found.last.mark[0] << 8 | found.last.mark[1], 499);
	ck_assert_uint_eq(found.last.salt[3], 499 & 0xff);
}
END_TEST

START_TEST(evidence_of_every_length_is_found)
{
	char id[16], why[KEY_TEXT_MAX + 1];
	struct key_record r = { .scheme = "a",
		.id = id,
		.archived_at = 1,
		.archived_by = "root",
		.why = why };

	for (size_t n = 0; n <= KEY_TEXT_MAX; n++) {
		memset(why, 'y', n);
		why[n] = '\0';
		(void)snprintf(id, sizeof(id), "%zu", n);
		ck_assert_ptr_nonnull(key_set_add(&set, &r));
	}
	make();
	for (size_t i = 0; i < set.count; i++)
		check_found(i);
}
END_TEST

/* ---- Damage -------------------------------------------------------------- */

static void
flip(off_t at)
{
	unsigned char byte;

	ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
	byte ^= 0x10;
	ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
}

/* Everything is read: damage is known, wherever it is. */
static int
read_all(void)
{
	int failed = key_index_read(fd, &head);

	return failed != 0 ? failed : key_index_check(fd, &head);
}

START_TEST(each_byte_that_is_another_is_known)
{
	off_t size;

	make_many(70);
	size = lseek(fd, 0, SEEK_END);
	ck_assert_int_eq(size, 4 * KEY_INDEX_BLOCK);
	for (off_t at = 0; at < size; at++) {
		flip(at);
		ck_assert_msg(read_all() == KEY_INDEX_DAMAGED, "byte %lld",
		    (long long)at);
		flip(at);
	}
	ck_assert_int_eq(read_all(), 0);
}
END_TEST

/* What is asked for is known for damaged, or as it was. */
START_TEST(no_damage_hides_a_key)
{
	struct found found;
	int failed;

	make_many(200);
	for (off_t at = 0; at < (off_t)head.blocks * KEY_INDEX_BLOCK;
	     at += 97) {
		flip(at);
		failed = key_index_read(fd, &head);
		if (failed == 0)
			failed = find("odd", "key-99", &found);
		ck_assert(failed == KEY_INDEX_DAMAGED ||
		    (failed == 0 && found.count == 1 &&
			found.last.archived_at == 100));
		flip(at);
	}
}
END_TEST

START_TEST(each_cut_is_known)
{
	off_t size;

	make_many(70);
	size = lseek(fd, 0, SEEK_END);
	for (off_t n = size - 1; n >= 0; n -= 511) {
		ck_assert_int_eq(ftruncate(fd, n), 0);
		ck_assert_int_eq(key_index_read(fd, &head), KEY_INDEX_DAMAGED);
	}
	ck_assert_int_eq(ftruncate(fd, size * 2), 0);
	ck_assert_int_eq(key_index_read(fd, &head), KEY_INDEX_DAMAGED);
}
END_TEST

/* A block that is sound in itself, and another's. */
START_TEST(a_block_in_anothers_place_is_known)
{
	char block[KEY_INDEX_BLOCK];

	make_many(200);
	ck_assert_int_eq(
	    pread(fd, block, sizeof(block), KEY_INDEX_BLOCK), sizeof(block));
	ck_assert_int_eq(pwrite(fd, block, sizeof(block), 2 * KEY_INDEX_BLOCK),
	    sizeof(block));
	ck_assert_int_eq(read_all(), KEY_INDEX_DAMAGED);
}
END_TEST

START_TEST(a_block_of_another_generation_is_known)
{
	char block[KEY_INDEX_BLOCK];
	struct buf bytes;

	make_many(70);
	set.is.generation++;
	buf_init(&bytes, KEY_INDEX_MAX);
	ck_assert(key_index_make(&set, &set.is, &bytes));
	memcpy(block, bytes.p + KEY_INDEX_BLOCK, sizeof(block));
	buf_free(&bytes);
	ck_assert_int_eq(
	    pwrite(fd, block, sizeof(block), KEY_INDEX_BLOCK), sizeof(block));
	ck_assert_int_eq(read_all(), KEY_INDEX_DAMAGED);
}
END_TEST

START_TEST(an_error_of_the_system_is_no_damage)
{
	struct found found;

	make_many(70);
	(void)close(fd);
	ck_assert_int_eq(find("odd", "key-9", &found), EBADF);
	ck_assert_int_eq(key_index_read(fd, &head), EBADF);
	fd = open("/", O_RDONLY);
	ck_assert_int_eq(key_index_read(fd, &head), EISDIR);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_index");
	TCase *tc = tcase_create("key_index");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_loop_test(tc, each_key_is_found_and_no_other, 0, ROWS(sizes));
	tcase_add_loop_test(tc, a_walk_goes_over_all_in_order, 0, ROWS(sizes));
	tcase_add_test(tc, all_secrets_of_an_id_are_found);
	tcase_add_test(tc, evidence_of_every_length_is_found);
	tcase_add_test(tc, each_byte_that_is_another_is_known);
	tcase_add_test(tc, no_damage_hides_a_key);
	tcase_add_test(tc, each_cut_is_known);
	tcase_add_test(tc, a_block_in_anothers_place_is_known);
	tcase_add_test(tc, a_block_of_another_generation_is_known);
	tcase_add_test(tc, an_error_of_the_system_is_no_damage);
	return run_suite(suite);
}
