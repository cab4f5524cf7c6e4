/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/curl/border.c: structs of a program that was built with older
 * or with newer headers.
 */
#include "curl/border.h"

#include <string.h>

#include "support/run.h"

#define LATER 16 /* bytes that a later version added */

static struct apam_error err = APAM_ERROR_INIT;

/* ---- What a program gives ----------------------------------------------- */

static struct newer_transfer {
	struct apam_transfer known;
	char later[LATER];
} given;

static void
setup(void)
{
	err = (struct apam_error)APAM_ERROR_INIT;
	memset(&given, 0, sizeof(given));
	given.known = (struct apam_transfer)APAM_TRANSFER_INIT;
	given.known.method = "GET";
	given.known.arg = &given;
}

START_TEST(a_transfer_of_this_version)
{
	struct apam_transfer mine;

	ck_assert_int_eq(border_take(&given.known, &mine, &err), APAM_OK);
	ck_assert_mem_eq(&mine, &given.known, sizeof(mine));
}
END_TEST

START_TEST(a_newer_transfer_that_sets_nothing_new)
{
	struct apam_transfer mine;

	given.known.size = sizeof(given);
	ck_assert_int_eq(border_take(&given.known, &mine, &err), APAM_OK);
	ck_assert_uint_eq(mine.size, sizeof(mine));
	ck_assert_ptr_eq(mine.arg, &given);
}
END_TEST

START_TEST(a_newer_transfer_that_sets_something_new)
{
	struct apam_transfer mine;

	given.known.size = sizeof(given);
	given.later[LATER - 1] = 1;
	ck_assert_int_eq(border_take(&given.known, &mine, &err), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "does not know"));
	ck_assert_ptr_null(mine.method);
}
END_TEST

static const size_t no_sizes[] = { 0, sizeof(size_t),
	offsetof(struct apam_transfer, arg), 65537, SIZE_MAX };

START_TEST(a_transfer_without_its_size)
{
	struct apam_transfer mine;

	given.known.size = no_sizes[_i];
	ck_assert_int_eq(border_take(&given.known, &mine, &err), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "lacks its size"));
}
END_TEST

/* ---- What a program is given -------------------------------------------- */

START_TEST(a_newer_result_keeps_what_is_unknown)
{
	const struct apam_result mine = { .status = 200, .reason = "x" };
	struct {
		struct apam_result known;
		char later[LATER];
	} result = { .known = { .size = sizeof(result), .detail = &err },
		.later = "as it was" };

	ck_assert_int_eq(border_check(&result.known, &err), APAM_OK);
	border_give(&mine, &result.known);
	ck_assert_uint_eq(result.known.size, sizeof(result));
	ck_assert_ptr_eq(result.known.detail, &err);
	ck_assert_uint_eq(result.known.status, 200);
	ck_assert_str_eq(result.known.reason, "x");
	ck_assert_str_eq(result.later, "as it was");
}
END_TEST

START_TEST(a_result_without_its_size)
{
	const struct apam_result result = { .size = no_sizes[_i] };

	if (result.size >= sizeof(result) && result.size <= 65536)
		return;
	ck_assert_int_eq(border_check(&result, &err), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "lacks its size"));
}
END_TEST

START_TEST(a_detail_without_its_size)
{
	struct apam_error detail = {
		.size = offsetof(struct apam_error, retry_at) - 1
	};
	const struct apam_result result = { .size = sizeof(result),
		.detail = &detail };

	ck_assert_int_eq(border_check(&result, &err), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "APAM_ERROR_INIT"));
	detail.size++;
	ck_assert_int_eq(border_check(&result, &err), APAM_OK);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("border");
	TCase *tc = tcase_create("border");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, a_transfer_of_this_version);
	tcase_add_test(tc, a_newer_transfer_that_sets_nothing_new);
	tcase_add_test(tc, a_newer_transfer_that_sets_something_new);
	tcase_add_loop_test(tc, a_transfer_without_its_size, 0, ROWS(no_sizes));
	tcase_add_test(tc, a_newer_result_keeps_what_is_unknown);
	tcase_add_loop_test(tc, a_result_without_its_size, 0, ROWS(no_sizes));
	tcase_add_test(tc, a_detail_without_its_size);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
