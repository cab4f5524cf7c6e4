/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the entries of a profile add to one request comes together.
 */
#include "abi/signing.h"

#include "base/error.h"
#include "base/secmem.h"
#include "support/fail_alloc.h"
#include "support/run.h"

static struct apam_signing total, part;
static struct apam_error err = APAM_ERROR_INIT;
static int live;

static void
setup(void)
{
	live = secmem_live();
	signing_init(&total);
	signing_init(&part);
	error_clear(&err);
}

static void
teardown(void)
{
	secmem_fail_after(-1);
	signing_free(&part);
	signing_free(&total);
	ck_assert_int_eq(secmem_live(), live);
}

static void
add(struct fields *to, const char *name, const char *value)
{
	fields_add(to, apam_str(name), apam_str(value));
}

START_TEST(parts_are_merged)
{
	add(&total.headers, "X-A", "1");
	add(&part.headers, "X-B", "2");
	add(&part.cookies, "c", "3");
	add(&part.covers, "X-D", "");
	ck_assert_int_eq(signing_merge(&total, &part, &err), APAM_OK);
	ck_assert_uint_eq(total.headers.count, 2);
	ck_assert_str_eq(fields_array(&total.headers)[1].value.p, "2");
	ck_assert_str_eq(fields_array(&total.cookies)[0].value.p, "3");
	ck_assert_str_eq(fields_array(&total.covers)[0].name.p, "X-D");
}
END_TEST

START_TEST(two_entries_set_different_headers)
{
	add(&total.headers, "Authorization", "1");
	add(&part.headers, "authorization", "2");
	ck_assert_int_eq(signing_merge(&total, &part, &err), APAM_E_CONFIG);
	ck_assert_str_eq(err.text,
	    "two entries of the profile set the same header; keep one");
}
END_TEST

static const struct {
	const char *own;
	const char *header;
} joined[] = {
	{ "", "a=1; b=2" },
	{ "theme=dark", "theme=dark; a=1; b=2" },
	{ "a=9; theme=dark;b=8 ;; A=7", "theme=dark; A=7; a=1; b=2" },
	{ "a", "a=1; b=2" },
	{ " a =9", "a=1; b=2" },
};

START_TEST(cookies_are_one_header)
{
	add(&total.cookies, "a", "1");
	add(&total.cookies, "b", "2");
	ck_assert_int_eq(
	    signing_join_cookies(&total, apam_str(joined[_i].own), &err),
	    APAM_OK);
	ck_assert_uint_eq(total.headers.count, 1);
	ck_assert_str_eq(fields_array(&total.headers)[0].name.p, "Cookie");
	ck_assert_str_eq(
	    fields_array(&total.headers)[0].value.p, joined[_i].header);
}
END_TEST

START_TEST(without_cookies_there_is_no_header)
{
	ck_assert_int_eq(
	    signing_join_cookies(&total, APAM_STR("theme=dark"), &err),
	    APAM_OK);
	ck_assert_uint_eq(total.headers.count, 0);
}
END_TEST

START_TEST(cookies_without_memory_are_not_sent)
{
	add(&total.cookies, "a", "1");
	secmem_fail_after(0);
	ck_assert_int_eq(
	    signing_join_cookies(&total, APAM_STR(""), &err), APAM_E_MEMORY);
	secmem_fail_after(-1);
	ck_assert_uint_eq(total.headers.count, 0);
}
END_TEST

/* Memory that is short hides no header of another entry. */
START_TEST(no_header_is_there_twice_for_want_of_memory)
{
	static const char *const names[] = { "A", "B", "C", "D", "E" };
	bool failed = true;

	for (int i = 0; i < ROWS(names); i++) {
		add(&total.headers, names[i], "1");
		add(&part.headers, names[i], "2");
	}
	for (int n = 0; failed; n++) {
		enum apam_status status;

		allocations_left = n;
		status = signing_merge(&total, &part, &err);
		failed = allocation_failed();
		ck_assert_int_eq(
		    status, failed ? APAM_E_MEMORY : APAM_E_CONFIG);
		err = (struct apam_error)APAM_ERROR_INIT;
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("abi_signing");
	TCase *tc = tcase_create("abi_signing");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, parts_are_merged);
	tcase_add_test(tc, two_entries_set_different_headers);
	tcase_add_loop_test(tc, cookies_are_one_header, 0, ROWS(joined));
	tcase_add_test(tc, without_cookies_there_is_no_header);
	tcase_add_test(tc, cookies_without_memory_are_not_sent);
	tcase_add_test(tc, no_header_is_there_twice_for_want_of_memory);
	return run_suite(suite);
}
