/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/key_line.c: the line of each key however the text is laid out,
 * with brackets and quotes in strings, and of what is nested too deeply.
 */
#include "../core/key_line.h"

#include "run.h"

#define HEAD "{ \"apam\": \"keys 1\", \"keys\": ["

static const struct {
	const char *name, *text;
	unsigned lines[3]; /* of the keys; 0: there is none */
} rows[] = {
	{ "nothing", "", { 0, 0, 0 } },
	{ "no brackets", "x, y", { 0, 0, 0 } },
	{ "one a line", HEAD "\n{ \"id\": 1 },\n{ \"id\": 2 }\n] }",
	    { 2, 3, 0 } },
	{ "all in one line", HEAD "{ }, { }, { }] }", { 1, 1, 1 } },
	{ "several lines a key", HEAD "\n{\n},\n\n\n{\n}] }", { 2, 6, 0 } },
	{ "commas in a key", HEAD "{ \"a\": 1,\n\"b\": 2 },\n{ }] }",
	    { 1, 3, 0 } },
	{ "a comma in a string", HEAD "\n\"a,b\",\n{ }] }", { 2, 3, 0 } },
	{ "brackets in a string", HEAD "{ \"a\": \"}]{[\" },\n{ }] }",
	    { 1, 2, 0 } },
	{ "a quote in a string", HEAD "{ \"a\": \"\\\"},\" },\n{ }] }",
	    { 1, 2, 0 } },
	{ "a backslash at its end", HEAD "{ \"a\": \"\\\\\" },\n{ }] }",
	    { 1, 2, 0 } },
	{ "CR and tabs", HEAD "\r\n\t{ },\r\n\t{ }] }", { 2, 3, 0 } },
	{ "more closed than opened", "]]}\n{[\n{ },\n{ }", { 3, 4, 0 } },
};

START_TEST(a_key_has_its_line)
{
	for (size_t key = 0; key < 3; key++)
		ck_assert_msg(key_line(apam_str(rows[_i].text), key) ==
			rows[_i].lines[key],
		    "%s: key %zu: line %u", rows[_i].name, key,
		    key_line(apam_str(rows[_i].text), key));
}
END_TEST

static const struct {
	const char *text;
	unsigned line;
} deep[] = {
	{ "", 0 },
	{ "{[{", 0 },
	{ "{[{}{}{}]}", 0 },
	{ "{[{[", 1 },
	{ "{\n[\n{\n{", 4 },
	{ "[[[\n]]][[[\n[", 3 },
	{ "{[{ \"[[[[\" }]}", 0 },
	{ "{[{ \"\\\"\" [", 1 },
	{ "}}}}[[[", 0 },
	{ "}}}}[[[[", 1 },
};

START_TEST(what_is_too_deep_has_a_line)
{
	ck_assert_msg(
	    key_line_too_deep(apam_str(deep[_i].text)) == deep[_i].line, "%s",
	    deep[_i].text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_line");
	TCase *tc = tcase_create("key_line");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_key_has_its_line, 0, ROWS(rows));
	tcase_add_loop_test(tc, what_is_too_deep_has_a_line, 0, ROWS(deep));
	return run_suite(suite);
}
