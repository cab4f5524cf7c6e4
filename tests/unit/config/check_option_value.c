/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/option_value.c: each type of option against each kind of
 * value that a file can hold, and defaults that no table should have.
 */
#include "config/option_value.h"

#include <string.h>

#include "base/str.h"
#include "config/option.h"
#include "config/syntax.h"
#include "support/run.h"

static const char *const choices[] = { "one", "two", "three", NULL };
static const struct apam_option member[] = { { .name = "m",
    .type = APAM_OPT_STRING } };

static struct conf *conf;
static struct arena arena;
static struct option_values inner; /* members of the last group read */
static struct problems all;
static struct apam_value value;

static void
setup(void)
{
	problems_init(&all);
	memset(&value, 0, sizeof(value));
	memset(&arena, 0, sizeof(arena));
}

static void
teardown(void)
{
	option_values_free(&inner);
	arena_free(&arena);
	conf_free(&conf);
}

static struct apam_option
option_of(enum apam_option_type type)
{
	return (struct apam_option){ .name = "x",
		.type = type,
		.choices = choices,
		.members = member,
		.member_count = 1 };
}

/* Read the members of a group as option.c does. */
static bool
read_members(const struct option_reading *reading,
    const struct option_table *members, struct apam_value *values,
    unsigned *lines)
{
	bool ok;

	(void)lines;
	option_values_free(&inner);
	ok = option_read(reading->setting, reading->source, members, &inner);
	memcpy(values, inner.values, members->count * sizeof(*values));
	return ok;
}

/* Read "x = VALUE;" or, for NULL, the default. */
static bool
read_value(const struct apam_option *option, const char *text)
{
	const struct option_source source = {
		.file = "f", .what = "the entry", .problems = &all
	};
	struct option_reading reading = { .source = &source,
		.arena = &arena,
		.option = option,
		.option_size = sizeof(*option),
		.line = 7,
		.read_members = read_members };
	char line[512];

	if (text != NULL) {
		(void)snprintf(line, sizeof(line), "x = %s;", text);
		conf = conf_parse("f", apam_str(line), &all);
		ck_assert_msg(conf != NULL, "%s: %s", line, all.first.text);
		reading.setting = config_setting_get_member(
		    config_root_setting(&conf->tree), "x");
	}
	return option_value_read(&reading, &value);
}

static void
ck_assert_untouched(const char *name)
{
	static const struct apam_value none;

	ck_assert_msg(memcmp(&value, &none, sizeof(none)) == 0,
	    "%s: refused, and yet there is something", name);
}

/* ---- Types and kinds -------------------------------------------------- */

/* A value of each kind; the letters of the types that take it. */
static const struct {
	const char *text, *takers;
} kinds[] = {
	{ "\"two\"", "SC" },
	{ "\"\"", "" },
	{ "\"90s\"", "SD" },
	{ "\"env:KEY\"", "Sk" },
	{ "\"https://h.example/\"", "SU" },
	{ "\"12\"", "S" },
	{ "\"/run/a.sock\"", "SP" },
	{ "\"/run/../a.sock\"", "S" },
	{ "\"run/a.sock\"", "S" },
	{ "\"true\"", "S" },
	{ "12", "ID" },
	{ "12L", "ID" },
	{ "-12", "I" },
	{ "9223372036854775807L", "I" },
	{ "true", "B" },
	{ "( )", "" },
	{ "[ ]", "" },
	{ "{ }", "G" },
	{ "[ \"a\" ]", "L" },
	{ "( \"a\" )", "L" },
	{ "[ \"a\", \"a\" ]", "" },
	{ "[ 1 ]", "" },
	{ "[ true ]", "" },
	{ "( \"a\", 1 )", "" },
	{ "( ( \"a\" ) )", "" },
	{ "( [ \"a\" ] )", "" },
	{ "( { m = \"a\"; } )", "R" },
	{ "( { m = \"a\"; }, \"a\" )", "" },
	{ "( { n = \"a\"; } )", "" },
	{ "{ m = \"a\"; }", "MG" },
	{ "{ m = 1; }", "M" },
	{ "{ m = [ \"a\" ]; }", "" },
	{ "{ m = { m = \"a\"; }; }", "" },
};

static const struct {
	char letter;
	enum apam_option_type type;
} types[] = {
	{ 'S', APAM_OPT_STRING },
	{ 'k', APAM_OPT_SECRET },
	{ 'U', APAM_OPT_URL },
	{ 'I', APAM_OPT_INTEGER },
	{ 'D', APAM_OPT_DURATION },
	{ 'B', APAM_OPT_BOOLEAN },
	{ 'C', APAM_OPT_CHOICE },
	{ 'L', APAM_OPT_LIST },
	{ 'M', APAM_OPT_MAP },
	{ 'G', APAM_OPT_GROUP },
	{ 'R', APAM_OPT_GROUPS },
	{ 'P', APAM_OPT_PATH },
};

/* One test for each kind and type. */
START_TEST(a_type_takes_its_own_kinds)
{
	const char *text = kinds[_i / ROWS(types)].text;
	const char *takers = kinds[_i / ROWS(types)].takers;
	const char type = types[_i % ROWS(types)].letter;
	const struct apam_option option = option_of(
	    types[_i % ROWS(types)].type);
	const bool want = strchr(takers, type) != NULL;

	ck_assert_msg(read_value(&option, text) == want, "%c takes %s: %s",
	    type, text, all.first.text);
	ck_assert_msg(value.set == want, "%c takes %s", type, text);
	ck_assert_msg((all.count == 0) == want, "%c takes %s: %u problems",
	    type, text, all.count);
	if (want)
		return;
	ck_assert_untouched(text);
	ck_assert_int_eq(all.first.status, APAM_E_CONFIG);
	ck_assert_uint_ge(all.first.line, 1);
}
END_TEST

/* ---- Defaults --------------------------------------------------------- */

static const struct {
	enum apam_option_type type;
	const char *text, *why; /* NULL: fine */
	int64_t num;
} defaults[] = {
	{ APAM_OPT_STRING, "", "is empty", 0 },
	{ APAM_OPT_STRING, "a\n", "control character", 0 },
	{ APAM_OPT_STRING, "a", NULL, 0 },
	{ APAM_OPT_SECRET, "hunter2", "x: ", 0 },
	{ APAM_OPT_SECRET, "env:A", NULL, 0 },
	{ APAM_OPT_URL, "ftp://h/", "x: ", 0 },
	{ APAM_OPT_URL, "http://127.0.0.1/", "x: ", 0 },
	{ APAM_OPT_INTEGER, "x", "its default is not a number", 0 },
	{ APAM_OPT_INTEGER, "", "its default is not a number", 0 },
	{ APAM_OPT_INTEGER, "1L", "its default is not a number", 0 },
	{ APAM_OPT_INTEGER, "99999999999999999999", "not a number", 0 },
	{ APAM_OPT_INTEGER, "12", NULL, 12 },
	{ APAM_OPT_DURATION, "12", "must be a duration", 0 },
	{ APAM_OPT_DURATION, "2m", NULL, 120 },
	{ APAM_OPT_BOOLEAN, "true", NULL, 1 },
	{ APAM_OPT_BOOLEAN, "false", NULL, 0 },
	{ APAM_OPT_CHOICE, "four", "must be one, two or three", 0 },
	{ APAM_OPT_CHOICE, "three", NULL, 2 },
	{ APAM_OPT_LIST, "a", "has no default", 0 },
	{ APAM_OPT_MAP, "a", "has no default", 0 },
	{ APAM_OPT_GROUP, "a", "has no default", 0 },
	{ APAM_OPT_GROUPS, "a", "has no default", 0 },
	{ APAM_OPT_PATH, "/run/a.sock", NULL, 0 },
	{ APAM_OPT_PATH, "a.sock", "the path is not absolute", 0 },
};

START_TEST(a_default_is_read_like_a_file)
{
	struct apam_option option = option_of(defaults[_i].type);
	const char *why = defaults[_i].why;

	option.default_value = defaults[_i].text;
	ck_assert_msg(read_value(&option, NULL) == (why == NULL), "%s: %s",
	    defaults[_i].text, all.first.text);
	if (why == NULL) {
		ck_assert(value.set);
		ck_assert_int_eq(value.num, defaults[_i].num);
		return;
	}
	ck_assert_untouched(defaults[_i].text);
	ck_assert_msg(strstr(all.first.text, why) != NULL, "%s: %s",
	    defaults[_i].text, all.first.text);
	ck_assert_uint_eq(all.first.line, 7);
	ck_assert_ptr_null(strstr(all.first.text, "hunter2"));
}
END_TEST

static const int unheard[] = { -1, APAM_OPT_PATH + 1, 9999 };

START_TEST(a_type_of_the_future_is_refused)
{
	const struct apam_option option = option_of(
	    (enum apam_option_type)unheard[_i]);

	ck_assert(!read_value(&option, "\"a\""));
	ck_assert_ptr_nonnull(strstr(all.first.text, "does not know"));
	ck_assert_untouched("a type");
}
END_TEST

/* ---- Ranges ----------------------------------------------------------- */

static const struct {
	enum apam_option_type type;
	int64_t min, max;
	const char *text;
	bool ok;
} ranges[] = {
	{ APAM_OPT_INTEGER, -3, 3, "-4", false },
	{ APAM_OPT_INTEGER, -3, 3, "-3", true },
	{ APAM_OPT_INTEGER, -3, 3, "3", true },
	{ APAM_OPT_INTEGER, -3, 3, "4L", false },
	{ APAM_OPT_INTEGER, 1, INT64_MAX, "0", false },
	{ APAM_OPT_INTEGER, 0, 0, "-9223372036854775807L", true },
	{ APAM_OPT_DURATION, 60, 120, "59", false },
	{ APAM_OPT_DURATION, 60, 120, "\"1m\"", true },
	{ APAM_OPT_DURATION, 60, 120, "\"2m\"", true },
	{ APAM_OPT_DURATION, 60, 120, "\"3m\"", false },
	{ APAM_OPT_DURATION, 0, 0, "-1", false },
	{ APAM_OPT_DURATION, 0, 0, "315360000", true },
	{ APAM_OPT_DURATION, 0, 0, "315360001", false },
	{ APAM_OPT_DURATION, 0, 0, "\"3651d\"", false },
};

START_TEST(a_number_has_a_range)
{
	struct apam_option option = option_of(ranges[_i].type);

	option.min = ranges[_i].min;
	option.max = ranges[_i].max;
	ck_assert_msg(read_value(&option, ranges[_i].text) == ranges[_i].ok,
	    "%s: %s", ranges[_i].text, all.first.text);
}
END_TEST

/* ---- Lines and words -------------------------------------------------- */

START_TEST(an_item_has_its_own_line)
{
	const struct apam_option list = option_of(APAM_OPT_LIST);

	ck_assert(!read_value(&list, "\n( \"a\",\n\"b\",\n7 )"));
	ck_assert_uint_eq(all.first.line, 4);
	ck_assert_str_eq(all.first.text, "x: must hold texts in quotes");
}
END_TEST

START_TEST(a_choice_that_is_near_is_named)
{
	const struct apam_option choice = option_of(APAM_OPT_CHOICE);

	ck_assert(!read_value(&choice, "\"thre\""));
	ck_assert_str_eq(all.first.text,
	    "x: must be one, two or three; did you mean three?");
	conf_free(&conf);
	setup();
	ck_assert(!read_value(&choice, "\"ONE TWO\""));
	ck_assert_str_eq(all.first.text, "x: must be one, two or three");
}
END_TEST

/* Many long choices are cut, in bounds. */
START_TEST(choices_may_be_many)
{
	static char text[40][40];
	static const char *many[41];
	struct apam_option choice = option_of(APAM_OPT_CHOICE);

	for (int i = 0; i < 40; i++) {
		(void)snprintf(text[i], sizeof(text[i]),
		    "a-choice-with-a-long-name-%d", i);
		many[i] = text[i];
	}
	choice.choices = many;
	ck_assert(!read_value(&choice, "\"x\""));
	ck_assert_msg(strncmp(all.first.text, "x: must be a-choice", 19) == 0,
	    "%s", all.first.text);
	ck_assert_uint_lt(strlen(all.first.text), 256);
}
END_TEST

START_TEST(all_items_are_looked_at)
{
	const struct apam_option list = option_of(APAM_OPT_LIST);

	ck_assert(!read_value(&list, "( \"\", 1, \"a\", true )"));
	ck_assert_uint_eq(all.count, 3);
	ck_assert_untouched("a list");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("option_value");
	TCase *tc = tcase_create("option_value");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
	    tc, a_type_takes_its_own_kinds, 0, ROWS(kinds) * ROWS(types));
	tcase_add_loop_test(
	    tc, a_default_is_read_like_a_file, 0, ROWS(defaults));
	tcase_add_loop_test(
	    tc, a_type_of_the_future_is_refused, 0, ROWS(unheard));
	tcase_add_loop_test(tc, a_number_has_a_range, 0, ROWS(ranges));
	tcase_add_test(tc, an_item_has_its_own_line);
	tcase_add_test(tc, a_choice_that_is_near_is_named);
	tcase_add_test(tc, choices_may_be_many);
	tcase_add_test(tc, all_items_are_looked_at);
	return run_suite(suite);
}
