/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The facts of a login as lines.
 */
#include "base/str.h"
#include "durable/durable_facts.h"
#include "support/run.h"

static const struct {
	const char *name;
	bool ok;
} names[] = { { "issuer", true }, { "client_id", true }, { "a1_", true },
	{ "", false }, { "Issuer", false }, { "a b", false }, { "a-b", false },
	{ "a\n", false },
	{ "a123456789012345678901234567890123456789012345678901234567890123",
	    true },
	{ "a1234567890123456789012345678901234567890123456789012345678901234",
	    false } };

START_TEST(names_are_words)
{
	ck_assert_msg(
	    durable_fact_name_ok(apam_str(names[_i].name)) == names[_i].ok,
	    "'%s'", names[_i].name);
}
END_TEST

START_TEST(values_are_one_line)
{
	static char text[DURABLE_FACT_VALUE_MAX + 1];

	memset(text, 'x', sizeof(text));
	ck_assert(durable_fact_value_ok(APAM_STR("two words")));
	ck_assert(!durable_fact_value_ok(APAM_STR("")));
	ck_assert(!durable_fact_value_ok(APAM_STR("a\nb")));
	ck_assert(!durable_fact_value_ok(APAM_STR("a\033b")));
	ck_assert(!durable_fact_value_ok(APAM_STR("\xff")));
	ck_assert(
	    durable_fact_value_ok((struct apam_str){ text, sizeof(text) - 1 }));
	ck_assert(
	    !durable_fact_value_ok((struct apam_str){ text, sizeof(text) }));
}
END_TEST

START_TEST(what_is_put_is_found)
{
	const struct durable_fact one = { APAM_STR("issuer"),
		APAM_STR("https://as.example/a b"), false };
	const struct durable_fact two = { APAM_STR("issuer_secret"),
		APAM_STR("fake"), true };
	struct durable_fact fact;
	struct apam_str rest;
	struct buf lines;

	buf_init(&lines, 256);
	durable_fact_put(&lines, &one);
	durable_fact_put(&lines, &two);
	ck_assert(str_equal(buf_view(&lines),
	    APAM_STR("fact issuer https://as.example/a b\n"
		     "hidden issuer_secret fake\n")));
	rest = buf_view(&lines);
	ck_assert(str_equal(durable_fact_find(rest, one.name), one.value));
	ck_assert(str_equal(durable_fact_find(rest, two.name), two.value));
	ck_assert_uint_eq(durable_fact_find(rest, APAM_STR("issu")).n, 0);
	ck_assert(durable_fact_take(&rest, &fact));
	ck_assert(!fact.hidden && str_equal(fact.value, one.value));
	ck_assert(durable_fact_take(&rest, &fact));
	ck_assert(fact.hidden && str_equal(fact.name, two.name));
	ck_assert(!durable_fact_take(&rest, &fact));
	buf_free(&lines);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("durable_facts");
	TCase *tests = tcase_create("durable_facts");

	tcase_add_loop_test(tests, names_are_words, 0, ROWS(names));
	tcase_add_test(tests, values_are_one_line);
	tcase_add_test(tests, what_is_put_is_found);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
