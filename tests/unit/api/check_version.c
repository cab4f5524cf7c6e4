/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The version has one source: text, number and the library say the same.
 */
#include <apam/apam.h>
#include <stdio.h>

#include "support/run.h"

START_TEST(the_library_says_that_of_its_headers)
{
	ck_assert_str_eq(apam_version(), APAM_VERSION);
}
END_TEST

START_TEST(text_and_numbers_agree)
{
	char text[64];
	int major = APAM_VERSION_NUMBER / 1000000;
	int minor = APAM_VERSION_NUMBER / 1000 % 1000;
	int patch = APAM_VERSION_NUMBER % 1000;

	(void)snprintf(text, sizeof(text), "%d.%d.%d", major, minor, patch);
	ck_assert_str_eq(text, APAM_VERSION);
	ck_assert_int_eq(major, APAM_VERSION_MAJOR);
	ck_assert_int_eq(minor, APAM_VERSION_MINOR);
	ck_assert_int_eq(patch, APAM_VERSION_PATCH);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("version");
	TCase *tc = tcase_create("version");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, the_library_says_that_of_its_headers);
	tcase_add_test(tc, text_and_numbers_agree);
	return run_suite(suite);
}
