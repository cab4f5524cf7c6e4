/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for secrets, as the kernel sees it: /proc/self/smaps says whether a
 * page is locked ("lo") and kept out of core dumps ("dd").
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/secmem.h"
#include "support/run.h"
#include "support/vm_flags.h"

static const size_t sizes[] = { 1, 100, 4095, 4096, 4097, 65536, 1 << 20 };

START_TEST(test_sizes)
{
	size_t n = sizes[_i], got = 0;
	unsigned char *p = secmem_alloc(n, &got);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	ck_assert_ptr_nonnull(p);
	ck_assert_uint_ge(got, n);
	ck_assert_uint_eq(got % page, 0);
	ck_assert_uint_eq((uintptr_t)p % page, 0);
	for (size_t i = 0; i < got; i++)
		ck_assert_uint_eq(p[i], 0);
	memset(p, 0x5a, got);
	secmem_free(p, got);
}
END_TEST

START_TEST(test_impossible)
{
	static const size_t bad[] = { 0, SIZE_MAX, SIZE_MAX - 1,
		SIZE_MAX - 4096, SIZE_MAX / 2 };
	size_t got = 7;

	for (int i = 0; i < ROWS(bad); i++) {
		ck_assert_ptr_null(secmem_alloc(bad[i], &got));
		ck_assert_uint_eq(got, 0);
	}
	secmem_free(NULL, 0);
	ck_assert_int_eq(secmem_live(), 0);
}
END_TEST

START_TEST(test_fail_after)
{
	void *a, *b;
	size_t an, bn, got;

	secmem_fail_after(2);
	a = secmem_alloc(1, &an);
	b = secmem_alloc(1, &bn);
	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_nonnull(b);
	ck_assert_int_eq(secmem_live(), 2);
	ck_assert_ptr_null(secmem_alloc(1, &got));
	ck_assert_ptr_null(secmem_alloc(1, &got));
	secmem_fail_after(-1);
	secmem_free(a, an);
	secmem_free(b, bn);
	ck_assert_int_eq(secmem_live(), 0);
	a = secmem_alloc(1, &an);
	ck_assert_ptr_nonnull(a);
	secmem_free(a, an);
}
END_TEST

START_TEST(test_kept_out_of_dumps)
{
	char flags[512];
	size_t got;
	void *p = secmem_alloc(1, &got);

	ck_assert_ptr_nonnull(p);
	vm_flags(p, flags, sizeof(flags));
	/* Some sandboxes and kernels do not show flags at all. */
	if (flags[0] != '\0') {
		ck_assert_msg(strstr(flags, " dd") != NULL, "%s", flags);
		ck_assert_msg(strstr(flags, " wf") == NULL, "%s", flags);
	}
	if (flags[0] != '\0' && vm_locks(got))
		ck_assert_msg(strstr(flags, " lo") != NULL, "%s", flags);
	secmem_free(p, got);
}
END_TEST

/* A page that was given back comes again, and nothing is left in it. */
START_TEST(test_spare_pages_are_clean)
{
	size_t got, again;
	char *p = secmem_alloc(100, &got), *q;

	ck_assert_ptr_nonnull(p);
	memset(p, 's', got);
	secmem_free(p, got);
	q = secmem_alloc(100, &again);
	ck_assert_ptr_eq(p, q);
	ck_assert_uint_eq(got, again);
	for (size_t i = 0; i < again; i++)
		ck_assert_int_eq(q[i], 0);
	secmem_free(q, again);
}
END_TEST

#define PAGES 11 /* of several batches, the last not used up */

/* Whichever of a batch a page is: nobody else's, clean, locked, not dumped. */
START_TEST(test_each_page_is_one_alone)
{
	char *pages[PAGES], flags[512];
	size_t got;

	for (int i = 0; i < PAGES; i++) {
		pages[i] = secmem_alloc(100, &got);
		ck_assert_ptr_nonnull(pages[i]);
		for (size_t k = 0; k < got; k++)
			ck_assert_int_eq(pages[i][k], 0);
		memset(pages[i], 'a' + i, got);
		vm_flags(pages[i], flags, sizeof(flags));
		if (flags[0] != '\0')
			ck_assert_msg(strstr(flags, " dd") != NULL &&
				(!VM_LOCKS || strstr(flags, " lo") != NULL),
			    "page %d: %s", i, flags);
	}
	ck_assert_int_eq(secmem_live(), PAGES);
	for (int i = 0; i < PAGES; i++) {
		for (size_t k = 0; k < got; k++)
			ck_assert_int_eq(pages[i][k], 'a' + i);
		secmem_free(pages[i], got);
	}
	ck_assert_int_eq(secmem_live(), 0);
}
END_TEST

/* Where a batch is more than may be locked, pages are locked one by one. */
START_TEST(test_the_last_that_may_be_locked_is)
{
	const rlim_t page = (rlim_t)sysconf(_SC_PAGESIZE);
	const struct rlimit two = { 2 * page, 2 * page };
	char flags[512];
	size_t got;
	void *p[3];

	/* Root may lock as much as there is; smaps stays ours to read. */
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &two), 0);
	if (geteuid() == 0)
		ck_assert(setgid(65534) == 0 && setuid(65534) == 0 &&
		    prctl(PR_SET_DUMPABLE, 1) == 0);
	for (int i = 0; i < 3; i++) {
		p[i] = secmem_alloc(1, &got);
		ck_assert_ptr_nonnull(p[i]);
		vm_flags(p[i], flags, sizeof(flags));
		if (VM_LOCKS && flags[0] != '\0')
			ck_assert_msg((strstr(flags, " lo") != NULL) == (i < 2),
			    "page %d: %s", i, flags);
	}
	for (int i = 0; i < 3; i++)
		secmem_free(p[i], got);
}
END_TEST

/* Without any memory that may be locked there is memory all the same. */
START_TEST(test_lock_is_best_effort)
{
	struct rlimit none = { 0, 0 };
	size_t got;
	void *p;

	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &none), 0);
	p = secmem_alloc(10000, &got);
	ck_assert_ptr_nonnull(p);
	secmem_free(p, got);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("secmem");
	TCase *tc = tcase_create("secmem");

	tcase_add_loop_test(tc, test_sizes, 0, ROWS(sizes));
	tcase_add_test(tc, test_impossible);
	tcase_add_test(tc, test_fail_after);
	tcase_add_test(tc, test_kept_out_of_dumps);
	tcase_add_test(tc, test_spare_pages_are_clean);
	tcase_add_test(tc, test_each_page_is_one_alone);
	tcase_add_test(tc, test_the_last_that_may_be_locked_is);
	tcase_add_test(tc, test_lock_is_best_effort);
	suite_add_tcase(suite, tc);
	/* Tests set limits, and one becomes another user for good. */
	return run_suite_apart(suite);
}
