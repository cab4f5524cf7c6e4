/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The buffer: growth, caps, sticky failure, every allocation failed in turn,
 * and that cut bytes are really gone.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/secmem.h"
#include "base/str.h"
#include "support/run.h"

/* What is in *b is `text`, with a NUL after it. */
static void
holds(const struct buf *b, const char *text)
{
	struct apam_str view = buf_view(b);

	ck_assert_ptr_nonnull(view.p);
	ck_assert_uint_eq(view.n, strlen(text));
	ck_assert_str_eq(view.p, text);
}

/* *b is empty, failed and holds no memory. */
static void
has_failed(const struct buf *b)
{
	ck_assert(b->failed);
	ck_assert_ptr_null(b->p);
	ck_assert_uint_eq(b->cap, 0);
	holds(b, "");
}

START_TEST(test_empty)
{
	struct buf zeroed = { 0 }, b;

	holds(&zeroed, "");
	buf_free(&zeroed);
	buf_put(&zeroed, APAM_STR(""));
	ck_assert(!zeroed.failed);
	buf_put_char(&zeroed, 'a');
	has_failed(&zeroed);
	buf_free(&zeroed);

	buf_init(&b, 10);
	ck_assert_int_eq(secmem_live(), 0);
	holds(&b, "");
	buf_put(&b, (struct apam_str){ NULL, 0 });
	holds(&b, "");
	ck_assert_int_eq(secmem_live(), 0);
	buf_truncate(&b, 0);
	buf_free(&b);
}
END_TEST

START_TEST(test_room)
{
	struct buf b;
	size_t n;
	char *at;

	buf_init(&b, 10);
	ck_assert_ptr_null(buf_room(&b, &n));
	ck_assert_uint_eq(n, 0);
	buf_put(&b, APAM_STR("abc"));
	at = buf_room(&b, &n);
	ck_assert_uint_eq(n, 7);
	memcpy(at, "defghij", n);
	buf_filled(&b, 2);
	holds(&b, "abcde");
	at = buf_room(&b, &n);
	memcpy(at, "fghij", n);
	buf_filled(&b, n);
	holds(&b, "abcdefghij");
	(void)buf_room(&b, &n);
	ck_assert_uint_eq(n, 0);
	buf_put_char(&b, 'k');
	has_failed(&b);
	ck_assert_ptr_null(buf_room(&b, &n));
	ck_assert_uint_eq(n, 0);
	buf_free(&b);
}
END_TEST

/* Bytes that the caller writes, as many as there is room for. */
START_TEST(test_append)
{
	char room[4];
	struct buf b;
	char *at;

	buf_init_in(&b, 6, room, sizeof(room));
	at = buf_append(&b, 3);
	ck_assert_ptr_eq(at, room);
	memcpy(at, "abc", 3);
	holds(&b, "abc");
	at = buf_append(&b, 3);
	memcpy(at, "def", 3);
	holds(&b, "abcdef");
	ck_assert_ptr_null(buf_append(&b, 1));
	has_failed(&b);
	ck_assert_ptr_null(buf_append(&b, 1));
	buf_free(&b);
	secmem_fail_after(0);
	ck_assert_ptr_null(buf_append(&b, 5));
	ck_assert(b.failed && b.no_memory);
	secmem_fail_after(-1);
	buf_free(&b);
}
END_TEST

START_TEST(test_put)
{
	struct buf b;

	buf_init(&b, 100);
	buf_put(&b, APAM_STR("abc"));
	buf_put_char(&b, 'd');
	buf_put(&b, (struct apam_str){ "efXX", 2 });
	holds(&b, "abcdef");
	buf_free(&b);
	holds(&b, "");
	ck_assert_uint_eq(b.max, 100);
	buf_put(&b, APAM_STR("again"));
	holds(&b, "again");
	buf_free(&b);
	ck_assert_int_eq(secmem_live(), 0);
}
END_TEST

START_TEST(test_max)
{
	struct buf b;

	buf_init(&b, 4);
	buf_put(&b, APAM_STR("abcd"));
	holds(&b, "abcd");
	buf_put(&b, APAM_STR(""));
	holds(&b, "abcd");
	buf_put_char(&b, 'e');
	has_failed(&b);
	/* It stays failed, even for what would fit. */
	buf_put_char(&b, 'a');
	has_failed(&b);
	buf_free(&b);
	ck_assert(!b.failed);
	buf_put(&b, APAM_STR("abcde"));
	has_failed(&b);
	ck_assert_int_eq(secmem_live(), 0);
}
END_TEST

/* What is made of a buffer that failed fails for the same reason. */
START_TEST(a_failure_goes_on)
{
	struct buf b, to;

	buf_init(&b, 4);
	buf_init(&to, 100);
	buf_put(&b, APAM_STR("abcde"));
	ck_assert(buf_is_failed_view(buf_view(&b)));
	buf_put(&to, APAM_STR("before"));
	buf_put(&to, buf_view(&b));
	has_failed(&to);
	ck_assert(!to.no_memory);
	ck_assert(buf_is_failed_view(buf_view(&to)));
	buf_free(&to);
	secmem_fail_after(0);
	buf_put(&to, APAM_STR("no memory"));
	secmem_fail_after(-1);
	buf_set(&b, APAM_STR(""));
	has_failed(&b);
	buf_free(&b);
	buf_set(&b, buf_view(&to));
	has_failed(&b);
	ck_assert(b.no_memory);
	buf_free(&b);
	buf_free(&to);
	/* An empty one has not failed, and one more failure changes nothing. */
	ck_assert(!buf_is_failed_view(buf_view(&b)));
	buf_put(&to, buf_view(&b));
	ck_assert(!to.failed);
	ck_assert_int_eq(secmem_live(), 0);
}
END_TEST

START_TEST(test_no_overflow)
{
	/* So that the compiler cannot warn of what is tried here. */
	const volatile size_t most = SIZE_MAX;
	struct buf b;

	buf_init(&b, SIZE_MAX);
	buf_put(&b, APAM_STR("abc"));
	buf_put(&b, (struct apam_str){ "x", most - 3 });
	has_failed(&b);
	buf_free(&b);
	buf_put(&b, (struct apam_str){ "x", most });
	has_failed(&b);
	buf_free(&b);
	buf_put(&b, (struct apam_str){ "x", most - 1 });
	has_failed(&b);
}
END_TEST

START_TEST(test_grow)
{
	struct buf b;
	char *first;

	buf_init(&b, 100000);
	buf_put_char(&b, 'a');
	first = b.p;
	for (size_t i = 1; i < 100000; i++)
		buf_put_char(&b, (char)('a' + i % 26));
	ck_assert(!b.failed);
	ck_assert_ptr_ne(b.p, first);
	ck_assert_uint_eq(b.n, 100000);
	for (size_t i = 0; i < b.n; i++)
		ck_assert_int_eq(b.p[i], (char)('a' + i % 26));
	ck_assert_int_eq(b.p[b.n], '\0');
	/* The old blocks are all gone. */
	ck_assert_int_eq(secmem_live(), 1);
	buf_free(&b);
	ck_assert_int_eq(secmem_live(), 0);
}
END_TEST

/* Bytes up to the very end of a block leave room for the NUL. */
START_TEST(test_nul_at_block_end)
{
	struct buf b;
	size_t block;

	buf_init(&b, 1 << 20);
	buf_put_char(&b, 'a');
	block = b.cap;
	while (b.n < block - 1)
		buf_put_char(&b, 'a');
	ck_assert_uint_eq(b.cap, block);
	ck_assert_int_eq(b.p[b.n], '\0');
	buf_put_char(&b, 'a');
	ck_assert_uint_gt(b.cap, block);
	ck_assert_int_eq(b.p[b.n], '\0');
	buf_free(&b);
}
END_TEST

START_TEST(test_each_allocation_fails)
{
	struct buf b;
	int grown = 0;

	for (int n = 0; n < 16; n++) {
		buf_init(&b, 40000);
		secmem_fail_after(n);
		for (int i = 0; i < 40000; i++)
			buf_put_char(&b, 'x');
		secmem_fail_after(-1);
		if (!b.failed) {
			grown = n;
			buf_free(&b);
			break;
		}
		has_failed(&b);
		ck_assert_int_eq(secmem_live(), 0);
		buf_free(&b);
	}
	ck_assert_int_gt(grown, 2);
	ck_assert_int_eq(secmem_live(), 0);
}
END_TEST

START_TEST(test_truncate_wipes)
{
	struct buf b;

	buf_init(&b, 100);
	buf_put(&b, APAM_STR("user:fake-secret"));
	buf_truncate(&b, 16);
	holds(&b, "user:fake-secret");
	buf_truncate(&b, 5);
	holds(&b, "user:");
	for (size_t i = 5; i < 17; i++)
		ck_assert_int_eq(b.p[i], '\0');
	buf_put_char(&b, '!');
	holds(&b, "user:!");
	buf_truncate(&b, 0);
	holds(&b, "");
	for (size_t i = 0; i < 17; i++)
		ck_assert_int_eq(b.p[i], '\0');
	buf_free(&b);
}
END_TEST

START_TEST(test_wipe)
{
	char text[] = "fake-secret";

	wipe(NULL, 0);
	wipe(text + 4, 0);
	ck_assert_str_eq(text, "fake-secret");
	wipe(text + 4, 7);
	ck_assert_mem_eq(text, "fake\0\0\0\0\0\0\0", 12);
}
END_TEST

/* Small contents are in the caller's memory, larger ones in ordinary memory. */
START_TEST(test_memory_of_the_caller)
{
	char room[8], gone[8] = { 0 };
	struct buf b;

	buf_init_in(&b, 100, room, sizeof(room));
	holds(&b, "");
	buf_put(&b, APAM_STR("secret!"));
	holds(&b, "secret!");
	ck_assert_ptr_eq(b.p, room);
	ck_assert_int_eq(secmem_live(), 0);
	buf_put_char(&b, '!');
	holds(&b, "secret!!");
	ck_assert_ptr_ne(b.p, room);
	ck_assert_int_eq(secmem_live(), 1);
	/* What it grew out of is wiped, and used again after the other. */
	ck_assert_mem_eq(room, gone, sizeof(room));
	buf_free(&b);
	ck_assert_int_eq(secmem_live(), 0);
	buf_put(&b, APAM_STR("again"));
	ck_assert_ptr_eq(b.p, room);
	buf_free(&b);
	ck_assert_mem_eq(room, gone, sizeof(room));
}
END_TEST

static const struct pair {
	const char *name;
	struct apam_str a, b;
	bool equal;
} pairs[] = {
	{ "both NULL", { NULL, 0 }, { NULL, 0 }, true },
	{ "NULL and empty", { NULL, 0 }, { "x", 0 }, true },
	{ "lengths", { "abc", 3 }, { "abc", 2 }, false },
	{ "empty and not", { NULL, 0 }, { "a", 1 }, false },
	{ "same", { "abc", 3 }, { "abc", 3 }, true },
	{ "first byte", { "xbc", 3 }, { "abc", 3 }, false },
	{ "last byte", { "abc", 3 }, { "abd", 3 }, false },
	{ "after a NUL", { "a\0c", 3 }, { "a\0d", 3 }, false },
	{ "case", { "abc", 3 }, { "ABC", 3 }, false },
};

START_TEST(test_bytes_equal)
{
	const struct pair *row = &pairs[_i];

	ck_assert_msg(
	    bytes_equal(row->a, row->b) == row->equal, "%s", row->name);
	ck_assert_msg(
	    bytes_equal(row->b, row->a) == row->equal, "%s", row->name);
}
END_TEST

/* ---- Plain buffers ------------------------------------------------------ */

/* Kilobytes that this process has locked. */
static long
locked_kb(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	long kb = -1;

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "VmLck: %ld", &kb) == 1)
			break;
	(void)fclose(f);
	return kb;
}

static const size_t plain_sizes[] = { 1, 63, 64, 65, 4095, 4096, 100000,
	5000000 };

START_TEST(a_plain_one_is_not_locked)
{
	const size_t size = plain_sizes[_i];
	const int live = secmem_live();
	const long locked = locked_kb();
	bool same = true;
	struct buf b;

	buf_init_plain(&b, size);
	for (size_t i = 0; i < size; i++)
		buf_put_char(&b, (char)('a' + i % 26));
	ck_assert(!b.failed);
	ck_assert_uint_eq(buf_view(&b).n, size);
	for (size_t i = 0; i < size; i++)
		same = same && b.p[i] == (char)('a' + i % 26);
	ck_assert(same);
	ck_assert_int_eq(b.p[size], 0);
	ck_assert_int_eq(locked_kb(), locked);
	buf_put_char(&b, 'x');
	ck_assert(b.failed && !b.no_memory);
	buf_free(&b);
	ck_assert(b.plain);
	ck_assert_int_eq(secmem_live(), live);
}
END_TEST

START_TEST(a_plain_one_finds_no_memory)
{
	struct buf b;

	secmem_fail_after(0);
	buf_init_plain(&b, 100);
	buf_put(&b, APAM_STR("abc"));
	secmem_fail_after(-1);
	ck_assert(b.failed && b.no_memory);
	buf_free(&b);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("buf");
	TCase *tc = tcase_create("buf");

	tcase_add_test(tc, test_empty);
	tcase_add_test(tc, test_room);
	tcase_add_test(tc, test_append);
	tcase_add_test(tc, test_put);
	tcase_add_test(tc, test_max);
	tcase_add_test(tc, a_failure_goes_on);
	tcase_add_test(tc, test_no_overflow);
	tcase_add_test(tc, test_grow);
	tcase_add_test(tc, test_nul_at_block_end);
	tcase_add_test(tc, test_each_allocation_fails);
	tcase_add_test(tc, test_truncate_wipes);
	tcase_add_test(tc, test_wipe);
	tcase_add_test(tc, test_memory_of_the_caller);
	tcase_add_loop_test(tc, test_bytes_equal, 0, ROWS(pairs));
	tcase_add_loop_test(
	    tc, a_plain_one_is_not_locked, 0, ROWS(plain_sizes));
	tcase_add_test(tc, a_plain_one_finds_no_memory);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
