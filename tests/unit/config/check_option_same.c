/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/option_same.c: values that differ are never the same,
 * however alike they look, and those that mean the same are.
 */
#include "config/option_same.h"

#include "config/syntax.h"
#include "support/demo_options.h"
#include "support/option_texts.h"
#include "support/run.h"

/* Read a text as a group of the demo table. */
static void
read_text(const char *text, struct option_values *to)
{
	struct problems all = { 0 };
	struct conf *conf = conf_parse("f", apam_str(text), &all);
	const struct option_source source = {
		.file = "f", .what = "the entry", .problems = &all
	};

	*to = (struct option_values){ 0 };
	ck_assert_msg(conf != NULL, "%s: %s", text, all.first.text);
	ck_assert_msg(option_read(config_root_setting(&conf->tree), &source,
			  &demo_table, to),
	    "%s: %s", text, all.first.text);
	conf_free(&conf);
}

static bool
same(const char *one, const char *other)
{
	struct option_values a, b;
	bool is;

	read_text(one, &a);
	read_text(other, &b);
	is = option_values_same(&demo_table, &a, &b);
	ck_assert(option_values_same(&demo_table, &b, &a) == is);
	option_values_free(&a);
	option_values_free(&b);
	return is;
}

START_TEST(what_differs_is_not_the_same)
{
	for (int i = 0; i < ROWS(different); i++)
		ck_assert_msg(same(different[_i], different[i]) == (i == _i),
		    "'%s' and '%s'", different[_i], different[i]);
}
END_TEST

static const struct {
	const char *one, *other;
} alike[] = {
	/* A default that is written down is still the default. */
	{ ONE, ONE "name = \"nobody\"; count = 3; wait = 120; fast = true;" },
	{ ONE "wait = \"1h\";", ONE "wait = \"60m\";" },
	/* The order of the file is not the table's. */
	{ ONE "name = \"a\"; count = 5;", "count = 5; name = \"a\";" ONE },
};

START_TEST(what_means_the_same_is_the_same)
{
	ck_assert_msg(same(alike[_i].one, alike[_i].other), "'%s' and '%s'",
	    alike[_i].one, alike[_i].other);
}
END_TEST

/* Those of another table, and a type of later times. */
START_TEST(what_cannot_be_compared_is_not_the_same)
{
	static const struct apam_option strange[] = {
		{ .name = "a", .type = (enum apam_option_type)99 },
	};
	const struct option_table table = { strange, sizeof(strange[0]), 1 };
	struct apam_value value = { .set = true, .str = APAM_STR("x") };
	const struct option_values one = { .values = &value, .count = 1 };
	const struct option_values none = { .values = &value, .count = 0 };

	ck_assert(!option_values_same(&table, &one, &one));
	ck_assert(!option_values_same(&table, &one, &none));
	value.set = false;
	ck_assert(option_values_same(&table, &one, &one));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("option_same");
	TCase *tc = tcase_create("option_same");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(
	    tc, what_differs_is_not_the_same, 0, ROWS(different));
	tcase_add_loop_test(
	    tc, what_means_the_same_is_the_same, 0, ROWS(alike));
	tcase_add_test(tc, what_cannot_be_compared_is_not_the_same);
	return run_suite(suite);
}
