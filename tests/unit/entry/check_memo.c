/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/memo.c: which memo an origin has, what changes it, which
 * origins are forgotten, and that no two signatures get the same number.
 */
#include "entry/memo.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/secmem.h"
#include "support/fail_alloc.h"
#include "support/run.h"

#define ORIGIN "https://api.example"
#define THREADS 8
#define EACH 5000

static struct memos *all;

static void
setup(void)
{
	all = memos_new();
	ck_assert_ptr_nonnull(all);
}

static void
teardown(void)
{
	memos_release(&all);
}

static struct memo *
find(struct memos *memos, const char *origin)
{
	return memos_find(memos, &(const struct memo_key){ 0, origin });
}

static bool
hold(struct memos *memos, const char *origin, struct apam_str bytes)
{
	return memos_keep(memos, &(const struct memo_key){ 0, origin }, bytes);
}

static void
keep(const char *origin, const char *bytes)
{
	ck_assert(hold(all, origin, apam_str(bytes)));
}

/* The version; 0 where the memo is not this text. */
static uint64_t
version(const char *origin, const char *text)
{
	struct memo *memo = find(all, origin);
	uint64_t v = 0;

	if (memo != NULL && bytes_equal(buf_view(&memo->bytes), apam_str(text)))
		v = memo_version(memo);
	memo_release(&memo);
	return v;
}

static uint64_t
count(const char *origin)
{
	struct memo *memo = find(all, origin);
	const uint64_t n = memo_count(memo);

	memo_release(&memo);
	return n;
}

START_TEST(there_is_none_at_first)
{
	ck_assert(!memos_any(all));
	ck_assert_ptr_null(find(all, ORIGIN));
	ck_assert_uint_eq(memo_version(NULL), 0);
	keep(ORIGIN, "");
	ck_assert(!memos_any(all));
}
END_TEST

START_TEST(each_origin_has_its_own)
{
	keep(ORIGIN, "one");
	keep("https://api.example:8443", "two");
	ck_assert(memos_any(all));
	ck_assert_uint_ne(version(ORIGIN, "one"), 0);
	ck_assert_uint_ne(version("https://api.example:8443", "two"), 0);
	ck_assert_ptr_null(find(all, "http://api.example"));
}
END_TEST

START_TEST(another_has_another_version_and_counts_from_one)
{
	uint64_t first;

	keep(ORIGIN, "one");
	first = version(ORIGIN, "one");
	ck_assert_uint_eq(count(ORIGIN), 1);
	ck_assert_uint_eq(count(ORIGIN), 2);
	keep(ORIGIN, "two");
	ck_assert_uint_gt(version(ORIGIN, "two"), first);
	ck_assert_uint_eq(count(ORIGIN), 1);
	/* What came back is news as well. */
	keep(ORIGIN, "one");
	ck_assert_uint_gt(version(ORIGIN, "one"), first + 1);
}
END_TEST

START_TEST(the_same_bytes_change_nothing)
{
	uint64_t first;

	keep(ORIGIN, "one");
	first = version(ORIGIN, "one");
	ck_assert_uint_eq(count(ORIGIN), 1);
	keep(ORIGIN, "one");
	ck_assert_uint_eq(version(ORIGIN, "one"), first);
	ck_assert_uint_eq(count(ORIGIN), 2);
}
END_TEST

START_TEST(no_bytes_forget_it)
{
	keep(ORIGIN, "one");
	keep(ORIGIN, "");
	ck_assert_ptr_null(find(all, ORIGIN));
	keep(ORIGIN, "");
	keep(ORIGIN, "two");
	ck_assert_uint_ne(version(ORIGIN, "two"), 0);
}
END_TEST

START_TEST(who_holds_one_keeps_it)
{
	struct memo *memo;

	keep(ORIGIN, "one");
	memo = find(all, ORIGIN);
	keep(ORIGIN, "two");
	ck_assert(bytes_equal(buf_view(&memo->bytes), APAM_STR("one")));
	memo_release(&memo);
	ck_assert_ptr_null(memo);
	memo_release(&memo);
}
END_TEST

static void
keep_number(int i)
{
	char origin[64];

	(void)snprintf(origin, sizeof(origin), "https://%d.example", i);
	keep(origin, "x");
}

START_TEST(the_origin_used_longest_ago_is_forgotten)
{
	for (int i = 0; i < MEMO_ORIGINS_MAX; i++)
		keep_number(i);
	/* Both asking and keeping are a use. */
	ck_assert_uint_ne(version("https://0.example", "x"), 0);
	keep_number(1);
	keep_number(100);
	keep_number(101);
	ck_assert_uint_ne(version("https://0.example", "x"), 0);
	ck_assert_uint_ne(version("https://1.example", "x"), 0);
	ck_assert_ptr_null(find(all, "https://2.example"));
	ck_assert_ptr_null(find(all, "https://3.example"));
	ck_assert_uint_ne(version("https://4.example", "x"), 0);
	ck_assert_uint_ne(version("https://101.example", "x"), 0);
}
END_TEST

/* True where that user has this memo. */
static bool
has(uint32_t user, const char *origin, const char *text)
{
	struct memo *memo = memos_find(
	    all, &(const struct memo_key){ user, origin });
	const bool is = memo != NULL &&
	    bytes_equal(buf_view(&memo->bytes), apam_str(text));

	memo_release(&memo);
	return is;
}

static void
keep_of(uint32_t user, const char *origin, const char *text)
{
	const struct memo_key key = { user, origin };

	ck_assert(memos_keep(all, &key, apam_str(text)));
}

START_TEST(each_user_has_its_own)
{
	keep_of(1, ORIGIN, "one");
	ck_assert(!has(2, ORIGIN, "one"));
	keep_of(2, ORIGIN, "two");
	ck_assert(has(1, ORIGIN, "one"));
	ck_assert(has(2, ORIGIN, "two"));
	keep_of(1, ORIGIN, "");
	ck_assert(has(2, ORIGIN, "two"));
}
END_TEST

START_TEST(a_user_crowds_nobody_out)
{
	char origin[64];

	keep_of(1, ORIGIN, "one");
	for (int i = 0; i < 2 * MEMO_PLACES_MAX; i++) {
		(void)snprintf(origin, sizeof(origin), "https://%d.example", i);
		keep_of(2, origin, "x");
	}
	ck_assert(has(1, ORIGIN, "one"));
	ck_assert(has(2, origin, "x"));
	/* Many users do, in their order. */
	for (uint32_t user = 3; user < 3 + MEMO_PLACES_MAX; user++)
		keep_of(user, ORIGIN, "y");
	ck_assert(!has(1, ORIGIN, "one"));
	ck_assert(has(3, ORIGIN, "y"));
}
END_TEST

START_TEST(forgetting_what_is_not_there_costs_no_other_its_memo)
{
	for (int i = 0; i < MEMO_ORIGINS_MAX; i++)
		keep_number(i);
	keep(ORIGIN, "");
	ck_assert_uint_ne(version("https://0.example", "x"), 0);
}
END_TEST

START_TEST(more_than_fits_is_not_kept)
{
	static char long_one[MEMO_MAX + 2];

	memset(long_one, 'x', MEMO_MAX);
	keep(ORIGIN, long_one);
	ck_assert_uint_ne(version(ORIGIN, long_one), 0);
	long_one[MEMO_MAX] = 'x';
	ck_assert(!hold(all, ORIGIN, apam_str(long_one)));
	ck_assert_ptr_null(find(all, ORIGIN));
}
END_TEST

START_TEST(without_memory_for_any_there_is_none)
{
	ck_assert(!memos_any(NULL));
	ck_assert_ptr_null(find(NULL, ORIGIN));
	ck_assert(!hold(NULL, ORIGIN, APAM_STR("one")));
	ck_assert_ptr_null(memos_hold(NULL));
}
END_TEST

START_TEST(the_last_who_holds_all_frees_them)
{
	struct memos *second = memos_hold(all);

	keep(ORIGIN, "one");
	memos_release(&second);
	ck_assert_ptr_null(second);
	ck_assert_uint_ne(version(ORIGIN, "one"), 0);
}
END_TEST

/* ---- Threads ------------------------------------------------------------ */

static _Atomic unsigned char taken[THREADS * EACH + 1];

static void *
take_numbers(void *arg)
{
	(void)arg;
	for (int i = 0; i < EACH; i++)
		atomic_fetch_add(&taken[count(ORIGIN)], 1);
	return NULL;
}

/* Keeps the same and others of other origins meanwhile. */
static void *
keep_beside(void *arg)
{
	(void)arg;
	for (int i = 0; i < EACH; i++) {
		keep(ORIGIN, "one");
		keep("https://b.example", i % 2 == 0 ? "x" : "y");
	}
	return NULL;
}

START_TEST(no_number_is_lost_or_given_twice)
{
	pthread_t threads[THREADS], beside;

	keep(ORIGIN, "one");
	ck_assert_int_eq(pthread_create(&beside, NULL, keep_beside, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, take_numbers, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	ck_assert_int_eq(pthread_join(beside, NULL), 0);
	for (int i = 1; i <= THREADS * EACH; i++)
		ck_assert_msg(taken[i] == 1, "%d: %d", i, taken[i]);
}
END_TEST

START_TEST(a_child_goes_on_with_a_copy)
{
	int how;
	pid_t child;

	keep(ORIGIN, "one");
	ck_assert_uint_eq(count(ORIGIN), 1);
	child = fork();
	if (child == 0) {
		keep("https://b.example", "x");
		_exit(
		    version(ORIGIN, "one") != 0 && count(ORIGIN) == 2 ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &how, 0), child);
	ck_assert_int_eq(how, 0);
	ck_assert_uint_eq(count(ORIGIN), 2);
	ck_assert_ptr_null(find(all, "https://b.example"));
}
END_TEST

/* What is not kept is gone, and what another origin has stays. */
START_TEST(memory_may_be_short)
{
	bool failed = true, kept = false;
	int n;

	memos_release(&all);
	for (n = 0; failed; n++) {
		allocations_left = n;
		all = memos_new();
		kept = hold(all, ORIGIN, APAM_STR("one")) &&
		    hold(all, "https://other.example", APAM_STR("two"));
		failed = allocation_failed();
		ck_assert(kept != failed);
		if (failed && all != NULL)
			ck_assert_uint_eq(
			    version("https://other.example", "two"), 0);
		if (failed)
			memos_release(&all);
	}
	ck_assert_int_ge(n, 4);
	secmem_fail_after(0);
	ck_assert(!hold(all, ORIGIN, APAM_STR("three")));
	secmem_fail_after(-1);
	ck_assert_ptr_null(find(all, ORIGIN));
	ck_assert_uint_ne(version("https://other.example", "two"), 0);
	keep(ORIGIN, "three");
	ck_assert_uint_ne(version(ORIGIN, "three"), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("memo");
	TCase *tc = tcase_create("memo");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, there_is_none_at_first);
	tcase_add_test(tc, each_origin_has_its_own);
	tcase_add_test(tc, another_has_another_version_and_counts_from_one);
	tcase_add_test(tc, the_same_bytes_change_nothing);
	tcase_add_test(tc, no_bytes_forget_it);
	tcase_add_test(tc, who_holds_one_keeps_it);
	tcase_add_test(tc, the_origin_used_longest_ago_is_forgotten);
	tcase_add_test(tc, each_user_has_its_own);
	tcase_add_test(tc, a_user_crowds_nobody_out);
	tcase_add_test(
	    tc, forgetting_what_is_not_there_costs_no_other_its_memo);
	tcase_add_test(tc, more_than_fits_is_not_kept);
	tcase_add_test(tc, without_memory_for_any_there_is_none);
	tcase_add_test(tc, the_last_who_holds_all_frees_them);
	tcase_add_test(tc, no_number_is_lost_or_given_twice);
	tcase_add_test(tc, a_child_goes_on_with_a_copy);
	tcase_add_test(tc, memory_may_be_short);
	suite_add_tcase(s, tc);
	return run_suite(s);
}
