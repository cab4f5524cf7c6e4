/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/problems.c: the first is kept, all are counted and shown,
 * and a place is added only where there is none.
 */
#include "base/problems.h"

#include <stdlib.h>

#include "base/error.h"
#include "support/run.h"

struct seen {
	unsigned count;
	struct apam_error last;
	unsigned enough; /* problems after which to stop; 0: never */
};

static bool
see(void *arg, const struct apam_error *problem)
{
	struct seen *seen = arg;

	seen->count++;
	seen->last = *problem;
	return seen->count != seen->enough;
}

START_TEST(the_first_is_kept_and_all_are_shown)
{
	struct seen seen = { 0 };
	struct problems all = { .each = see, .arg = &seen };

	problems_add(&all, APAM_E_CONFIG, "a", 3, "one %s", "x");
	problems_add(&all, APAM_E_TRUST, "b", 0, "two");
	ck_assert_uint_eq(all.count, 2);
	ck_assert_int_eq(all.first.status, APAM_E_CONFIG);
	ck_assert_str_eq(all.first.text, "one x");
	ck_assert_str_eq(all.first.file, "a");
	ck_assert_uint_eq(all.first.line, 3);
	ck_assert_int_eq(all.first.entry, -1);
	ck_assert_uint_eq(seen.count, 2);
	ck_assert_str_eq(seen.last.text, "two");
	ck_assert_int_eq(seen.last.status, APAM_E_TRUST);
}
END_TEST

START_TEST(nobody_need_listen)
{
	struct problems all = { 0 };

	problems_add(&all, APAM_E_CONFIG, NULL, 0, "one");
	problems_add(&all, APAM_E_CONFIG, NULL, 0, "two");
	ck_assert_uint_eq(all.count, 2);
	ck_assert_str_eq(all.first.text, "one");
	ck_assert_str_eq(all.first.file, "");
}
END_TEST

START_TEST(a_place_is_added_where_there_is_none)
{
	struct seen seen = { 0 };
	struct problems all = { .each = see, .arg = &seen };
	struct apam_error err = APAM_ERROR_INIT;

	(void)error_set(&err, APAM_E_SECRET, "no");
	error_locate(&err, NULL, 2);
	problems_add_error(&all, "p.conf", 4, &err);
	ck_assert_str_eq(seen.last.file, "p.conf");
	ck_assert_uint_eq(seen.last.line, 4);
	ck_assert_int_eq(seen.last.entry, 2);
	ck_assert_str_eq(err.file, "");

	error_clear(&err);
	(void)error_set_at(&err, APAM_E_SECRET, "own", 9, "no");
	problems_add_error(&all, "p.conf", 4, &err);
	ck_assert_str_eq(seen.last.file, "own");
	ck_assert_uint_eq(seen.last.line, 9);
	problems_add_error(&all, NULL, 0, &err);
	ck_assert_str_eq(seen.last.file, "own");
	ck_assert_uint_eq(all.count, 3);
}
END_TEST

START_TEST(a_long_text_is_cut)
{
	struct problems all = { 0 };
	char big[4000];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	problems_add(&all, APAM_E_CONFIG, big, 1, "%s", big);
	ck_assert_uint_eq(strlen(all.first.text), sizeof(all.first.text) - 1);
	ck_assert_uint_eq(strlen(all.first.file), sizeof(all.first.file) - 1);
}
END_TEST

START_TEST(who_has_seen_enough_is_shown_no_more)
{
	struct seen seen = { .enough = 1 };
	struct problems all = { .each = see, .arg = &seen };

	problems_add(&all, APAM_E_CONFIG, "a", 3, "one");
	ck_assert(all.stopped);
	problems_add(&all, APAM_E_TRUST, "b", 0, "two");
	problems_warn(&all, "c", 0, "three");
	ck_assert_uint_eq(all.count, 2);
	ck_assert_uint_eq(seen.count, 1);
	ck_assert_str_eq(seen.last.text, "one");
	ck_assert_uint_eq(seen.last.size, sizeof(seen.last));
}
END_TEST

START_TEST(a_warning_is_told_and_no_error)
{
	struct seen seen = { 0 };
	struct problems all = { .each = see, .arg = &seen };
	struct problems deaf = { 0 };

	problems_warn(&all, "a", 3, "one %s", "x");
	ck_assert_uint_eq(all.count, 0);
	ck_assert_int_eq(all.first.status, APAM_OK);
	ck_assert_str_eq(all.first.text, "");
	ck_assert_uint_eq(seen.count, 1);
	ck_assert_int_eq(seen.last.status, APAM_OK);
	ck_assert_str_eq(seen.last.text, "one x");
	ck_assert_str_eq(seen.last.file, "a");
	ck_assert_uint_eq(seen.last.line, 3);
	problems_warn(&deaf, NULL, 0, "two");
	ck_assert_uint_eq(deaf.count, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("problems");
	TCase *tc = tcase_create("problems");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, the_first_is_kept_and_all_are_shown);
	tcase_add_test(tc, nobody_need_listen);
	tcase_add_test(tc, a_place_is_added_where_there_is_none);
	tcase_add_test(tc, a_long_text_is_cut);
	tcase_add_test(tc, who_has_seen_enough_is_shown_no_more);
	tcase_add_test(tc, a_warning_is_told_and_no_error);
	return run_suite(suite);
}
