/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/option.c and core/config/option_value.c: the values that
 * the types give, defaults, lines, tables of a newer module, partial readings.
 * What is refused, and with which words, is in tests/vectors/conf.
 */
#include "config/option.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "config/syntax.h"
#include "support/demo_options.h"
#include "support/run.h"

static struct conf *conf;
static struct option_values values;
static struct problems all;

static void
reset(void)
{
	option_values_free(&values);
	conf_free(&conf);
	all = (struct problems){ 0 };
}

/* Read a text as a group of the demo table. */
static bool
read_text(const char *text, struct option_source source)
{
	source.file = "f";
	source.what = "the entry";
	source.problems = &all;
	ck_assert_msg(
	    conf_guard("f", apam_str(text), &all), "%s", all.first.text);
	conf = conf_parse("f", apam_str(text), &all);
	ck_assert_msg(conf != NULL, "%s: %s", text, all.first.text);
	return option_read(
	    config_root_setting(&conf->tree), &source, &demo_table, &values);
}

static const struct apam_value *
value(size_t i)
{
	ck_assert_uint_eq(values.count, DEMO_OPTIONS);
	return &values.values[i];
}

#define PLAIN ((struct option_source){ 0 })
#define SECRET "secret = \"env:KEY\";\n"

static void
equal(struct apam_str got, const char *want)
{
	ck_assert_uint_eq(got.n, strlen(want));
	ck_assert_str_eq(got.p, want);
}

START_TEST(defaults_are_values)
{
	ck_assert_msg(read_text(SECRET, PLAIN), "%s", all.first.text);
	equal(value(DEMO_NAME)->str, "nobody");
	equal(value(DEMO_SECRET)->str, "env:KEY");
	ck_assert(!value(DEMO_URL)->set);
	ck_assert_int_eq(value(DEMO_COUNT)->num, 3);
	ck_assert_int_eq(value(DEMO_WAIT)->num, 120);
	ck_assert_int_eq(value(DEMO_FAST)->num, 1);
	ck_assert_int_eq(value(DEMO_HOW)->num, 0);
	equal(value(DEMO_HOW)->str, "post");
	ck_assert(value(DEMO_COUNT)->set && value(DEMO_HOW)->set);
	for (size_t i = DEMO_NAMES; i <= DEMO_RULES; i++)
		ck_assert_msg(!value(i)->set && value(i)->count == 0 &&
			value(i)->members == NULL,
		    "%s", demo_options[i].name);
}
END_TEST

START_TEST(scalars_are_read)
{
	ck_assert_msg(
	    read_text(SECRET "name = \"n\"; url = \"https://h/p\"; count = 10;"
			     "wait = \"1h\"; fast = FALSE; how = \"both\";",
		PLAIN),
	    "%s", all.first.text);
	equal(value(DEMO_NAME)->str, "n");
	equal(value(DEMO_URL)->str, "https://h/p");
	ck_assert_int_eq(value(DEMO_COUNT)->num, 10);
	ck_assert_int_eq(value(DEMO_WAIT)->num, 3600);
	ck_assert(value(DEMO_FAST)->set);
	ck_assert_int_eq(value(DEMO_FAST)->num, 0);
	ck_assert_int_eq(value(DEMO_HOW)->num, 2);
}
END_TEST

static const struct {
	const char *text;
	int64_t seconds;
} durations[] = {
	{ "wait = 90;", 90 },
	{ "wait = 90L;", 90 },
	{ "wait = 0;", 0 },
	{ "wait = \"0s\";", 0 },
	{ "wait = \"30d\";", 2592000 },
	{ "wait = 315360000;", 315360000 },
};

START_TEST(a_bare_number_is_seconds)
{
	char text[128];

	(void)snprintf(text, sizeof(text), SECRET "%s", durations[_i].text);
	ck_assert_msg(read_text(text, PLAIN), "%s: %s", text, all.first.text);
	ck_assert_msg(value(DEMO_WAIT)->num == durations[_i].seconds,
	    "%s: %lld", durations[_i].text, (long long)value(DEMO_WAIT)->num);
}
END_TEST

START_TEST(lists_have_two_spellings)
{
	static const char *const texts[] = {
		SECRET "names = [ \"a\", \"b c\" ];",
		SECRET "names = ( \"a\", \"b \" \"c\" );",
	};

	for (size_t i = 0; i < 2; i++) {
		reset();
		ck_assert_msg(read_text(texts[i], PLAIN), "%s", all.first.text);
		ck_assert_uint_eq(value(DEMO_NAMES)->count, 2);
		equal(value(DEMO_NAMES)->items[0], "a");
		equal(value(DEMO_NAMES)->items[1], "b c");
	}
}
END_TEST

START_TEST(a_map_turns_all_into_text)
{
	ck_assert_msg(
	    read_text(SECRET "extra = { organization_id = 1; b-2 = TRUE;"
			     "big = -5000000000L; none = \"\"; };",
		PLAIN),
	    "%s", all.first.text);
	ck_assert_uint_eq(value(DEMO_EXTRA)->count, 4);
	equal(value(DEMO_EXTRA)->names[0], "organization_id");
	equal(value(DEMO_EXTRA)->items[0], "1");
	equal(value(DEMO_EXTRA)->names[1], "b-2");
	equal(value(DEMO_EXTRA)->items[1], "true");
	equal(value(DEMO_EXTRA)->items[2], "-5000000000");
	equal(value(DEMO_EXTRA)->items[3], "");
}
END_TEST

START_TEST(groups_have_members)
{
	const struct apam_value *rules;

	ck_assert_msg(
	    read_text(SECRET "place = { path = \"/x\"; };"
			     "rules = ( { path = \"/a\"; names = [ \"n\" ]; },"
			     "{ path = \"/b\"; } );",
		PLAIN),
	    "%s", all.first.text);
	equal(value(DEMO_PLACE)->members[DEMO_PATH].str, "/x");
	ck_assert(!value(DEMO_PLACE)->members[DEMO_MEMBER_NAMES].set);
	rules = value(DEMO_RULES);
	ck_assert_uint_eq(rules->count, 2);
	equal(rules->members[DEMO_PATH].str, "/a");
	equal(rules->members[DEMO_MEMBER_NAMES].items[0], "n");
	equal(rules->members[DEMO_MEMBERS + DEMO_PATH].str, "/b");
	ck_assert(!rules->members[DEMO_MEMBERS + DEMO_MEMBER_NAMES].set);
}
END_TEST

START_TEST(lines_are_kept)
{
	ck_assert(read_text("\n" SECRET "\ncount = 1;", PLAIN));
	ck_assert_uint_eq(values.lines[DEMO_SECRET], 2);
	ck_assert_uint_eq(values.lines[DEMO_COUNT], 4);
	ck_assert_uint_eq(values.lines[DEMO_URL], 0);
}
END_TEST

START_TEST(http_needs_leave)
{
	static const char text[] = SECRET "url = \"http://127.0.0.1/\";";
	struct option_source source = { .allow_http = true };

	ck_assert(!read_text(text, PLAIN));
	reset();
	ck_assert_msg(read_text(text, source), "%s", all.first.text);
	reset();
	ck_assert(!read_text(SECRET "url = \"http://h/\";", source));
}
END_TEST

START_TEST(a_partial_reading_leaves_the_unknown)
{
	struct option_source source = { .partial = true };

	ck_assert(!read_text(SECRET "unheard = 1;", PLAIN));
	reset();
	ck_assert_msg(
	    read_text(SECRET "unheard = 1;", source), "%s", all.first.text);
	reset();
	ck_assert(!read_text("unheard = 1;", source));
	ck_assert_str_eq(all.first.text, "secret is missing in the entry");
	reset();
	/* No later reading: told at once, if it stands for what is not there. */
	ck_assert(!read_text("unheard = 1; sceret = \"env:X\";", source));
	ck_assert_str_eq(all.first.text,
	    "sceret is not an option of the entry; did you mean secret?");
	ck_assert_uint_eq(all.count, 1);
	reset();
	ck_assert(!read_text("url = \"https://h/\"; urll = 1;", source));
	ck_assert_str_eq(all.first.text, "secret is missing in the entry");
	ck_assert_uint_eq(all.count, 1);
	reset();
	/* Only its own level is partial. */
	ck_assert(!read_text(
	    SECRET "place = { path = \"x\"; unheard = 1; };", source));
}
END_TEST

START_TEST(what_is_read_elsewhere_is_known)
{
	static const struct apam_option other[] = { { .name = "unheard",
	    .type = APAM_OPT_STRING } };
	static const struct option_table table = { other, sizeof(other[0]), 1 };
	struct option_source source = { .elsewhere = &table };

	ck_assert_msg(
	    read_text(SECRET "unheard = 1;", source), "%s", all.first.text);
	reset();
	ck_assert(!read_text(SECRET "unherad = 1;", source));
	ck_assert_msg(strstr(all.first.text, "did you mean unheard?") != NULL,
	    "%s", all.first.text);
}
END_TEST

/* As a newer module's: the same with something behind. */
struct wide_option {
	struct apam_option option;
	char more[24];
};

START_TEST(a_table_has_its_own_element_size)
{
	static const struct wide_option members[] = {
		{ { .name = "one", .type = APAM_OPT_STRING }, "x" },
		{ { .name = "two", .type = APAM_OPT_INTEGER }, "x" },
	};
	static const struct wide_option options[] = {
		{ { .name = "first", .type = APAM_OPT_INTEGER }, "x" },
		{ { .name = "group",
		      .type = APAM_OPT_GROUP,
		      .members = &members[0].option,
		      .member_count = 2 },
		    "x" },
	};
	static const char text[] = "first = 7; group = { two = 8; };";
	const struct option_table table = { &options[0].option,
		sizeof(options[0]), 2 };
	const struct option_source source = {
		.file = "f", .what = "it", .problems = &all
	};

	conf = conf_parse("f", APAM_STR(text), &all);
	ck_assert_ptr_nonnull(conf);
	ck_assert_str_eq(option_at(&table, 1)->name, "group");
	ck_assert_ptr_null(option_find(&table, "one"));
	ck_assert_msg(option_read(config_root_setting(&conf->tree), &source,
			  &table, &values),
	    "%s", all.first.text);
	ck_assert_int_eq(values.values[0].num, 7);
	ck_assert_int_eq(values.values[1].members[1].num, 8);
}
END_TEST

START_TEST(an_unknown_type_is_refused)
{
	static const int types[] = { 0, APAM_OPT_PATH + 1, 1000, -1 };
	struct apam_option option = { .name = "x" };
	const struct option_table table = { &option, sizeof(option), 1 };
	const struct option_source source = {
		.file = "f", .what = "it", .problems = &all
	};

	option.type = (enum apam_option_type)types[_i];
	conf = conf_parse("f", APAM_STR("x = 1;"), &all);
	ck_assert(!option_read(
	    config_root_setting(&conf->tree), &source, &table, &values));
	ck_assert_msg(strstr(all.first.text, "does not know") != NULL, "%s",
	    all.first.text);
}
END_TEST

static const struct apam_option odd_defaults[] = {
	{ .name = "x", .type = APAM_OPT_SECRET, .default_value = "FAKE" },
	{ .name = "x", .type = APAM_OPT_URL, .default_value = "http://h/" },
	{ .name = "x", .type = APAM_OPT_INTEGER, .default_value = "ten" },
	{ .name = "x",
	    .type = APAM_OPT_INTEGER,
	    .default_value = "10",
	    .min = 1,
	    .max = 9 },
	{ .name = "x", .type = APAM_OPT_DURATION, .default_value = "soon" },
	{ .name = "x",
	    .type = APAM_OPT_CHOICE,
	    .default_value = "no",
	    .choices = demo_how },
	{ .name = "x", .type = APAM_OPT_LIST, .default_value = "a" },
	{ .name = "x", .type = APAM_OPT_MAP, .default_value = "a" },
	{ .name = "x", .type = APAM_OPT_GROUP, .default_value = "a" },
	{ .name = "x", .type = APAM_OPT_GROUPS, .default_value = "a" },
	{ .name = "x", .type = APAM_OPT_STRING, .default_value = "" },
};

START_TEST(a_default_is_held_to_the_rules)
{
	const struct option_table table = { &odd_defaults[_i],
		sizeof(odd_defaults[0]), 1 };
	const struct option_source source = {
		.file = "f", .what = "it", .problems = &all
	};

	conf = conf_parse("f", APAM_STR(""), &all);
	ck_assert_msg(!option_read(config_root_setting(&conf->tree), &source,
			  &table, &values),
	    "row %d", _i);
	ck_assert_uint_eq(all.count, 1);
	ck_assert_ptr_null(strstr(all.first.text, "FAKE"));
	ck_assert(!values.values[0].set);
}
END_TEST

START_TEST(a_value_that_was_refused_is_unset)
{
	ck_assert(!read_text(SECRET "count = 11; names = [ \"a\", \"a\" ];"
				    "rules = ( { } ); fast = true;",
	    PLAIN));
	ck_assert(!value(DEMO_COUNT)->set);
	ck_assert(!value(DEMO_NAMES)->set && value(DEMO_NAMES)->items == NULL);
	ck_assert(
	    !value(DEMO_RULES)->set && value(DEMO_RULES)->members == NULL);
	ck_assert(value(DEMO_FAST)->set);
	ck_assert_uint_eq(all.count, 3);
}
END_TEST

START_TEST(a_long_name_is_cut_in_the_message)
{
	char text[2000];

	memset(text, 'x', 1500);
	(void)strcpy(text + 1500, " = 1;" SECRET);
	ck_assert(!read_text(text, PLAIN));
	ck_assert_uint_lt(strlen(all.first.text), 100);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("option");
	TCase *tc = tcase_create("option");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, NULL, reset);
	tcase_add_test(tc, defaults_are_values);
	tcase_add_test(tc, scalars_are_read);
	tcase_add_loop_test(tc, a_bare_number_is_seconds, 0, ROWS(durations));
	tcase_add_test(tc, lists_have_two_spellings);
	tcase_add_test(tc, a_map_turns_all_into_text);
	tcase_add_test(tc, groups_have_members);
	tcase_add_test(tc, lines_are_kept);
	tcase_add_test(tc, http_needs_leave);
	tcase_add_test(tc, a_partial_reading_leaves_the_unknown);
	tcase_add_test(tc, what_is_read_elsewhere_is_known);
	tcase_add_test(tc, a_table_has_its_own_element_size);
	tcase_add_loop_test(tc, an_unknown_type_is_refused, 0, 4);
	tcase_add_loop_test(
	    tc, a_default_is_held_to_the_rules, 0, ROWS(odd_defaults));
	tcase_add_test(tc, a_value_that_was_refused_is_unset);
	tcase_add_test(tc, a_long_name_is_cut_in_the_message);
	return run_suite(suite);
}
