/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/curl/failure.c: an error is whole, and names its profile once.
 */
#include "curl/failure.h"

#include <string.h>

#include "support/run.h"

START_TEST(an_error_is_filled_in)
{
	struct apam_error err = APAM_ERROR_INIT;

	memset(&err, 'x', sizeof(err));
	failure_clear(&err);
	ck_assert_int_eq(err.status, APAM_OK);
	ck_assert_int_eq(err.entry, -1);
	ck_assert_uint_eq(err.line, 0);
	ck_assert_str_eq(err.text, "");
	ck_assert_str_eq(err.profile, "");
	ck_assert_str_eq(err.file, "");
	ck_assert_int_eq(
	    failure_set(&err, APAM_E_USAGE, "%s %d", "a", 1), APAM_E_USAGE);
	ck_assert_int_eq(err.status, APAM_E_USAGE);
	ck_assert_str_eq(err.text, "a 1");
}
END_TEST

START_TEST(a_long_text_is_cut)
{
	struct apam_error err = APAM_ERROR_INIT;
	char text[2 * sizeof(err.text)];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)failure_set(&err, APAM_E_USAGE, "%s", text);
	ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
}
END_TEST

START_TEST(the_first_profile_stays)
{
	struct apam_error err = APAM_ERROR_INIT;

	failure_clear(&err);
	failure_locate(&err, "one");
	failure_locate(&err, "two");
	ck_assert_str_eq(err.profile, "one");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("failure");
	TCase *tc = tcase_create("failure");

	tcase_add_test(tc, an_error_is_filled_in);
	tcase_add_test(tc, a_long_text_is_cut);
	tcase_add_test(tc, the_first_profile_stays);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
