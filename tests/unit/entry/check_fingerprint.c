/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/entry/fingerprint.c: any two sets of values that differ have
 * different fingerprints, however alike they look when run together, and equal
 * ones have the same.  The serialisation itself is checked against a hash that
 * another program made.
 */
#include "entry/fingerprint.h"

#include <stdio.h>
#include <stdlib.h>

#include "config/syntax.h"
#include "entry/secrets.h"
#include "support/demo_options.h"
#include "support/option_texts.h"
#include "support/run.h"

typedef unsigned char print[FINGERPRINT_SIZE];

static struct apam_error err = APAM_ERROR_INIT;

/* Read a text as a group of the demo table and take its fingerprint. */
static void
print_of(const char *text, print to)
{
	struct problems all = { 0 };
	struct conf *conf = conf_parse("f", apam_str(text), &all);
	struct option_values values = { 0 };
	struct secrets secrets = { 0 };
	const struct option_source source = {
		.file = "f", .what = "the entry", .problems = &all
	};

	ck_assert_msg(conf != NULL, "%s: %s", text, all.first.text);
	ck_assert_msg(option_read(config_root_setting(&conf->tree), &source,
			  &demo_table, &values),
	    "%s: %s", text, all.first.text);
	ck_assert_msg(
	    secrets_read(&secrets, &demo_table, &values, "f", true, &all),
	    "%s: %s", text, all.first.text);
	ck_assert_int_eq(
	    fingerprint_of("demo", &demo_table, &values, to, &err), APAM_OK);
	secrets_free(&secrets);
	option_values_free(&values);
	conf_free(&conf);
}

static void
set_secrets(void)
{
	ck_assert_int_eq(setenv("APAM_TEST_ONE", "fake-one", 1), 0);
	ck_assert_int_eq(setenv("APAM_TEST_ONE_AGAIN", "fake-one", 1), 0);
	ck_assert_int_eq(setenv("APAM_TEST_TWO", "fake-two", 1), 0);
}

/* ---- What differs and what does not ----------------------------------- */

START_TEST(what_differs_has_another)
{
	print mine, other;

	print_of(different[_i], mine);
	for (int i = 0; i < _i; i++) {
		print_of(different[i], other);
		ck_assert_msg(memcmp(mine, other, sizeof(print)) != 0,
		    "'%s' is as '%s'", different[_i], different[i]);
	}
}
END_TEST

static const struct {
	const char *one, *two;
} same[] = {
	{ ONE, ONE },
	/* The secret counts, not where it is kept. */
	{ ONE, "secret = \"env:APAM_TEST_ONE_AGAIN\";" },
	/* A default that is written down is still the default. */
	{ ONE, ONE "name = \"nobody\"; count = 3; wait = 120; fast = true;" },
	{ ONE "wait = \"1h\";", ONE "wait = \"60m\";" },
	/* The order of the file is not the table's. */
	{ ONE "name = \"a\"; count = 5;", "count = 5; name = \"a\";" ONE },
};

START_TEST(what_is_the_same_has_the_same)
{
	print one, two;

	print_of(same[_i].one, one);
	print_of(same[_i].two, two);
	ck_assert_msg(
	    memcmp(one, two, sizeof(print)) == 0, "'%s'", same[_i].two);
}
END_TEST

/* ---- By hand ---------------------------------------------------------- */

static const struct apam_option member[] = {
	{ .name = "token", .type = APAM_OPT_SECRET },
};

static const struct apam_option few[] = {
	{ .name = "id", .type = APAM_OPT_STRING },
	{ .name = "n", .type = APAM_OPT_INTEGER },
	{ .name = "more",
	    .type = APAM_OPT_GROUPS,
	    .members = member,
	    .member_count = 1 },
};

static const struct option_table few_table = { few, sizeof(few[0]), 3 };

/* The values of `few`: the token is the one thing that varies. */
static bool
few_print(const char *scheme, struct apam_str token, print to)
{
	struct apam_value inner[] = { { .set = true, .str = token } };
	struct apam_value v[] = {
		{ .set = true, .str = APAM_STR("me") },
		{ .set = true, .num = -2 },
		{ .set = true, .count = 1, .members = inner },
	};
	const struct option_values values = { .values = v, .count = 3 };

	return fingerprint_of(scheme, &few_table, &values, to, &err) == APAM_OK;
}

/*
 * python3: t = lambda tag, b: bytes([tag]) + len(b).to_bytes(8, "little") + b
 * n = lambda tag, v: bytes([tag]) + v.to_bytes(8, "little", signed=True)
 * sha256(t(1, b"demo") + t(2, b"id") + t(3, b"me") + t(2, b"n") + n(4, -2) +
 * t(2, b"more") + n(7, 1) + t(2, b"token") + t(3, b"a\0b") + n(8, 0) + n(8, 0))
 */
START_TEST(the_run_is_as_documented)
{
	static const char hex[] = "23355b2171eee4cc3b91e51f4bf11601"
				  "83b1a8213b2f33297b9f302cbad21b99";
	char text[2 * FINGERPRINT_SIZE + 1];
	print got;

	ck_assert(few_print("demo", APAM_STR("a\0b"), got));
	for (size_t i = 0; i < sizeof(got); i++)
		(void)snprintf(text + 2 * i, 3, "%02x", got[i]);
	ck_assert_str_eq(text, hex);
}
END_TEST

START_TEST(bytes_behind_a_nul_and_in_groups_count)
{
	print one, two;

	ck_assert(few_print("demo", APAM_STR("a\0b"), one));
	ck_assert(few_print("demo", APAM_STR("a\0c"), two));
	ck_assert_mem_ne(one, two, sizeof(print));
	ck_assert(few_print("demo", APAM_STR("a"), two));
	ck_assert_mem_ne(one, two, sizeof(print));
	ck_assert(few_print("demp", APAM_STR("a\0b"), two));
	ck_assert_mem_ne(one, two, sizeof(print));
}
END_TEST

/* A newer module: larger elements, one option more. */
START_TEST(a_new_option_that_is_not_set_changes_nothing)
{
	struct {
		struct apam_option option;
		char newer[24];
	} wide[] = { { few[0], "" }, { { .name = "new" }, "" }, { few[1], "" },
		{ few[2], "" } };
	const struct option_table table = { &wide[0].option, sizeof(wide[0]),
		3 };
	struct apam_value v[] = {
		{ .set = true, .str = APAM_STR("me") },
		{ .set = false },
		{ .set = true, .num = 7 },
	};
	struct option_values values = { .values = v, .count = 3 };
	const struct option_table old = { few, sizeof(few[0]), 2 };
	print one, two;

	ck_assert_int_eq(
	    fingerprint_of("demo", &table, &values, one, &err), APAM_OK);
	v[1] = v[2];
	values.count = 2;
	ck_assert_int_eq(
	    fingerprint_of("demo", &old, &values, two, &err), APAM_OK);
	ck_assert_mem_eq(one, two, sizeof(print));
}
END_TEST

START_TEST(what_cannot_be_hashed_fails)
{
	static const print zero;
	struct apam_option option = { .name = "x", .type = APAM_OPT_STRING };
	const struct option_table table = { &option, sizeof(option), 1 };
	struct apam_value v[2] = { { .set = true, .str = APAM_STR("x") } };
	struct option_values values = { .values = v, .count = 2 };
	print got;

	memset(got, 1, sizeof(got));
	ck_assert_int_eq(fingerprint_of("demo", &table, &values, got, &err),
	    APAM_E_INTERNAL);
	ck_assert_mem_eq(got, zero, sizeof(print));
	values.count = 1;
	ck_assert_int_eq(
	    fingerprint_of("demo", &table, &values, got, &err), APAM_OK);
	ck_assert_mem_ne(got, zero, sizeof(print));
	option.type = APAM_OPT_PATH + 1;
	ck_assert_int_eq(fingerprint_of("demo", &table, &values, got, &err),
	    APAM_E_INTERNAL);
	ck_assert_mem_eq(got, zero, sizeof(print));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("fingerprint");
	TCase *tc = tcase_create("fingerprint");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, set_secrets, NULL);
	tcase_add_loop_test(tc, what_differs_has_another, 0, ROWS(different));
	tcase_add_loop_test(tc, what_is_the_same_has_the_same, 0, ROWS(same));
	tcase_add_test(tc, the_run_is_as_documented);
	tcase_add_test(tc, bytes_behind_a_nul_and_in_groups_count);
	tcase_add_test(tc, a_new_option_that_is_not_set_changes_nothing);
	tcase_add_test(tc, what_cannot_be_hashed_fails);
	return run_suite(suite);
}
