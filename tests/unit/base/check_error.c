/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/base/error.c: the first error wins, one line, bounded, no NULLs
 * followed, and no half UTF-8 character at a cut.
 */
#include "base/error.h"

#include <stdlib.h>

#include "base/clock.h"

#include "support/run.h"

static void
fill_with(char *to, size_t size, const char *unit)
{
	size_t n = 0;

	while (n + strlen(unit) + 1 < size) {
		(void)strcpy(to + n, unit);
		n += strlen(unit);
	}
}

START_TEST(a_cleared_error_says_nothing)
{
	struct apam_error err = APAM_ERROR_INIT;

	memset(&err, 0x5a, sizeof(err));
	err.size = sizeof(err);
	error_clear(&err);
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_int_eq(err.entry, -1);
	ck_assert_uint_eq(err.line, 0);
	ck_assert_str_eq(err.text, "");
	ck_assert_str_eq(err.file, "");
	ck_assert_str_eq(err.profile, "");
}
END_TEST

START_TEST(the_wait_is_said_where_there_is_room)
{
	struct apam_error err = APAM_ERROR_INIT, older = APAM_ERROR_INIT;
	const int64_t now = clock_unix();

	error_retry(&err, 5000);
	ck_assert_int_eq(err.retry_at, 0); /* there is no error */
	(void)error_set(&err, APAM_E_THROTTLED, "x");
	error_retry(&err, 0);
	ck_assert_int_eq(err.retry_at, 0);
	error_retry(&err, 59001);
	ck_assert_int_ge(err.retry_at, now + 60);
	ck_assert_int_le(err.retry_at, clock_unix() + 60);

	/* An older program has no such member. */
	older.size = offsetof(struct apam_error, retry_at);
	older.retry_at = 7;
	error_copy(&older, &err);
	ck_assert_int_eq(older.status, APAM_E_THROTTLED);
	error_retry(&older, 60000);
	error_clear(&older);
	ck_assert_int_eq(older.retry_at, 7);
	error_copy(&err, &older);
	ck_assert_int_eq(err.retry_at, 0);
	error_retry(NULL, 1);
}
END_TEST

START_TEST(null_is_taken_everywhere)
{
	error_clear(NULL);
	ck_assert_int_eq(error_set(NULL, APAM_E_URL, "x"), APAM_E_URL);
	ck_assert_int_eq(
	    error_set_at(NULL, APAM_E_TRUST, NULL, 1, "x"), APAM_E_TRUST);
	error_locate(NULL, "p", 1);
}
END_TEST

START_TEST(the_first_error_wins)
{
	struct apam_error err = APAM_ERROR_INIT;

	ck_assert_int_eq(
	    error_set_at(&err, APAM_E_CONFIG, "a.conf", 7, "%s %d", "n", 3),
	    APAM_E_CONFIG);
	ck_assert_int_eq(
	    error_set(&err, APAM_E_MEMORY, "later"), APAM_E_MEMORY);
	ck_assert_int_eq(err.status, APAM_E_CONFIG);
	ck_assert_str_eq(err.text, "n 3");
	ck_assert_str_eq(err.file, "a.conf");
	ck_assert_uint_eq(err.line, 7);
}
END_TEST

START_TEST(a_location_is_noted_once)
{
	struct apam_error err = APAM_ERROR_INIT;

	error_locate(&err, "early", 9);
	ck_assert_str_eq(err.profile, "");
	ck_assert_int_eq(err.entry, -1);
	(void)error_set(&err, APAM_E_SECRET, "x");
	error_locate(&err, NULL, 2);
	error_locate(&err, "inner", 3);
	error_locate(&err, "outer", -1);
	ck_assert_str_eq(err.profile, "inner");
	ck_assert_int_eq(err.entry, 2);
}
END_TEST

START_TEST(controls_become_question_marks)
{
	struct apam_error err = APAM_ERROR_INIT;

	(void)error_set_at(&err, APAM_E_CONFIG, "a\nb", 1, "c\r\nd\x1b[0m\x7f");
	ck_assert_str_eq(err.file, "a?b");
	ck_assert_str_eq(err.text, "c??d?[0m?");
}
END_TEST

static const char *const units[] = { "x", "é", "€", "😀" };

START_TEST(a_cut_keeps_whole_characters)
{
	struct apam_error err = APAM_ERROR_INIT;
	char big[2048] = "";
	size_t n;

	fill_with(big, sizeof(big), units[_i]);
	(void)error_set_at(&err, APAM_E_CONFIG, big, 1, "%s", big);
	n = strlen(err.text);
	ck_assert_msg(
	    n >= sizeof(err.text) - 6, "%s: cut at %zu", units[_i], n);
	ck_assert_msg(
	    n % strlen(units[_i]) == 0, "%s: cut at %zu", units[_i], n);
	ck_assert_uint_eq(strlen(err.file) % strlen(units[_i]), 0);
}
END_TEST

START_TEST(a_long_profile_name_is_cut)
{
	struct apam_error err = APAM_ERROR_INIT;
	char big[2048] = "";

	fill_with(big, sizeof(big), "p");
	(void)error_set(&err, APAM_E_SECRET, "x");
	error_locate(&err, big, 0);
	ck_assert_uint_eq(strlen(err.profile), sizeof(err.profile) - 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("error");
	TCase *tc = tcase_create("error");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, a_cleared_error_says_nothing);
	tcase_add_test(tc, null_is_taken_everywhere);
	tcase_add_test(tc, the_wait_is_said_where_there_is_room);
	tcase_add_test(tc, the_first_error_wins);
	tcase_add_test(tc, a_location_is_noted_once);
	tcase_add_test(tc, controls_become_question_marks);
	tcase_add_loop_test(tc, a_cut_keeps_whole_characters, 0, ROWS(units));
	tcase_add_test(tc, a_long_profile_name_is_cut);
	return run_suite(suite);
}
