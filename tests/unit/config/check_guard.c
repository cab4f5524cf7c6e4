/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/guard.c: what libconfig 1.5 would take silently and
 * wrongly, with the line, and the same bytes where they are harmless.
 */
#include "config/syntax.h"

#include <stdlib.h>

#include "support/run.h"

static const struct {
	const char *text;
	unsigned line;
	const char *why; /* a piece of the message */
} bad[] = {
	{ "@include \".\"", 1, "@include" },
	{ "\n\n  @include \"/etc/passwd\"\n", 3, "@include" },
	{ "a = 1; @include \"x\"", 1, "@include" },
	{ "a = @", 1, "@include" },
	{ "/* x */ @include \"x\"", 1, "@include" },
	{ "a = \"\\\\\" @include \"x\"", 1, "@include" },
	{ "/*/ @ */ @", 1, "@include" },
	{ "# x\n@", 2, "@include" },
	{ "a = \x01;", 1, "control character" },
	{ "a = \"\x1b[0m\";", 1, "control character" },
	{ "# \x7f", 1, "control character" },
	{ "a = 1\n\f", 2, "control character" },
	{ "a = 1\rb = 2", 1, "return without" },
	{ "a = \"\r\"", 1, "return without" },
	{ "a = 1\r", 1, "return without" },
	{ "a\n\xff", 2, "not UTF-8" },
	{ "# \xc0\x80", 1, "not UTF-8" },
	{ "\"\xed\xa0\x80\"", 1, "not UTF-8" },
	{ "a = 99999999999999999999;", 1, "64 bits" },
	{ "a = 99999999999999999999L;", 1, "64 bits" },
	{ "a = 9223372036854775808L;", 1, "64 bits" },
	{ "a = -99999999999999999999;", 1, "64 bits" },
	{ "a = 2147483648;", 1, "needs an L" },
	{ "a = +2147483648;", 1, "needs an L" },
	{ "a = -2147483649;", 1, "needs an L" },
	{ "a = 4294967297;", 1, "needs an L" },
	{ "a = 0x10;", 1, "decimal" },
	{ "a = 0XFFL;", 1, "decimal" },
	{ "a = 1.5;", 1, "whole number" },
	{ "a = 1.;", 1, "whole number" },
	{ "a = .5;", 1, "whole number" },
	{ "a = -.5;", 1, "whole number" },
	{ "a = 1e5;", 1, "whole number" },
	{ "a = 1E5;", 1, "whole number" },
	{ "a = 90s;", 1, "\"90s\"" },
	{ "a = 5LLL;", 1, "letters" },
	{ "a = 5l;", 1, "letters" },
	{ "a = 00x1;", 1, "letters" },
	{ "a = 1-2;", 1, "letters" },
	{ "a = \"x", 1, "string is not closed" },
	{ "a =\n\"x\n\"", 2, "string is not closed" },
	{ "a = \"x\\\"", 1, "string is not closed" },
	{ "a = \"x\\", 1, "backslash" },
	{ "a = \"\\q\"", 1, "backslash" },
	{ "a = \"\\n\"", 1, "backslash" },
	{ "a = \"\\x00\"", 1, "backslash" },
	{ "a = \"\\x1f\"", 1, "backslash" },
	{ "a = \"\\x7F\"", 1, "backslash" },
	{ "a = \"\\xff\"", 1, "backslash" },
	{ "a = \"\\x4\"", 1, "backslash" },
	{ "a = \"\\x\"", 1, "backslash" },
	{ "a = \"x\\\ny\"", 1, "backslash" },
	{ "\n/* x\n\n", 2, "comment is not closed" },
	{ "a = 1 /*/", 1, "comment is not closed" },
	{ "a = 1 /* *", 1, "comment is not closed" },
	{ "a = (((((((((((((((((", 1, "nested too deep" },
	{ "a", 1, "expected =" },
	{ "a\n= 1;\nb\nc = 1;", 4, "expected =" },
	{ "a 1;", 1, "expected =" },
	{ "a = ;", 1, "expected a value" },
	{ "a = b;", 1, "expected a value" },
	{ "a = ", 1, "expected a value" },
	{ "a = = 1;", 1, "expected a value" },
	{ "a = 1;;", 1, "expected the name" },
	{ "a = 1 2;", 1, "expected the name" },
	{ "1 = 2;", 1, "expected the name" },
	{ "true = 1;", 1, "expected the name" },
	{ "\"a\" = 1;", 1, "expected the name" },
	{ "}", 1, "expected the name" },
	{ "a = 1;\n)", 2, "expected the name" },
	{ "a = { b = 1;\n", 2, "name of an option or }" },
	{ "a = { b = 1; )", 1, "name of an option or }" },
	{ "a = ( 1 2 );", 1, "expected , or )" },
	{ "a = ( 1;", 1, "expected , or )" },
	{ "a = ( 1", 1, "expected , or )" },
	{ "a = ( 1, );", 1, "comma before )" },
	{ "a = ( , );", 1, "expected a value" },
	{ "a = ( b = 1 );", 1, "expected a value" },
	{ "a = yes;", 1, "a text in quotes, a number, true, false" },
	{ "a = [ { b = 1; } ];", 1, "stands in ( ), not in [ ]" },
	{ "a = [ 1, ];", 1, "comma before ]" },
	{ "a = [ 1 2 ];", 1, "expected , or ]" },
	{ "a = [ 1", 1, "expected , or ]" },
	{ "a = [", 1, "expected a text" },
	{ "a = [ [ 1 ] ];", 1, "expected a text" },
	{ "a = [ 1, \"x\" ];", 1, "one kind" },
	{ "a = [ 1, 2L ];", 1, "one kind" },
	{ "a = [ true, 1 ];", 1, "one kind" },
	{ "a = 'x';", 1, "no meaning here" },
	{ "a = $b;", 1, "no meaning here" },
	{ "a.b = 1;", 1, "no meaning here" },
	{ "a = -;", 1, "no meaning here" },
	{ "a = /x;", 1, "no meaning here" },
	{ "\xc3\xa9 = 1;", 1, "no meaning here" },
	{ "\xef\xbb\xbf\na = 1;", 1, "byte order mark; save it without" },
	{ "\n\xef\xbb\xbf", 2, "no meaning here" },
	{ "a=({b=\n({b=\n({b=\n({b=\n({b=\n({b=\n({b=\n({b=\n({b", 9,
	    "nested too deep" },
};

START_TEST(a_trap_is_refused)
{
	struct problems all = { 0 };

	ck_assert_msg(
	    !conf_guard("f", apam_str(bad[_i].text), &all), "%s", bad[_i].text);
	ck_assert_uint_eq(all.count, 1);
	ck_assert_int_eq(all.first.status, APAM_E_CONFIG);
	ck_assert_str_eq(all.first.file, "f");
	ck_assert_msg(strstr(all.first.text, bad[_i].why) != NULL, "%s: %s",
	    bad[_i].text, all.first.text);
	ck_assert_msg(all.first.line == bad[_i].line, "%s: line %u",
	    bad[_i].text, all.first.line);
}
END_TEST

static const char *const good[] = {
	"",
	"\n\r\n\t ",
	"a = \"@include \\\".\\\"\";",
	"# @include \".\"",
	"// @include \".\"",
	"/* \n@include \".\"\n*/",
	"/**/ a = 1;",
	"/* 0x10 1.5 \" */",
	"# \" /* ",
	"// \" /* ",
	"a = \"# // /* \";",
	"a = 2147483647; b = -2147483648; c = +1; d = 0; e = 007;",
	"a = 2147483648L; b = -2147483649L; c = 9223372036854775807LL;",
	"a = \"99999999999999999999 0x10 1.5 90s\";",
	"a1 = 1; b-2_* = 2; *c = 3;",
	"a = [1,-2,+3];",
	"a = \"\\\\ \\\" \\x41 \\X7e\";",
	"a = \"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\";",
	"a=((((((((((((((((1))))))))))))))));",
	"a=(({a=({a=({a=({a=({a=[1]})})})})}));",
	"a=((),(),(),(),(),(),(),(),(),(),(),(),(),(),(),(),(),());",
	"a = \"((((((((((((((((((((\"; # ((((((((((((((((((((",
	"a : 1, b : { } c = ( ) d = [ ] e = TRUE",
	"a = \"x\" /* - */ \"y\" # z",
	"a = ( 1, \"x\" \"y\", { b = 1 }, [ 1 ] )",
	"a = [ \"x\" \"y\", \"z\" ]; b = [ True, fAlse ]; c = [ 1L, 2LL ];",
	"trueish = 1; falsehood = 2; true- = 3;",
};

START_TEST(the_harmless_passes)
{
	struct problems all = { 0 };

	ck_assert_msg(conf_guard("f", apam_str(good[_i]), &all), "%s: %s",
	    good[_i], all.first.text);
	ck_assert_uint_eq(all.count, 0);
}
END_TEST

/* The guard's grammar is libconfig's. */
START_TEST(libconfig_takes_what_passes)
{
	struct problems all = { 0 };
	struct conf *conf = conf_parse("f", apam_str(good[_i]), &all);

	ck_assert_msg(conf != NULL, "%s: %s", good[_i], all.first.text);
	conf_free(&conf);
}
END_TEST

START_TEST(a_nul_is_refused)
{
	struct problems all = { 0 };

	ck_assert(!conf_guard("f", APAM_STR("a = 1;\n\0b = 2;"), &all));
	ck_assert_uint_eq(all.first.line, 2);
	ck_assert(!conf_guard("f", APAM_STR("# \0"), &all));
	ck_assert(!conf_guard("f", APAM_STR("a = \"\0\""), &all));
	ck_assert_uint_eq(all.count, 3);
}
END_TEST

START_TEST(a_thousand_levels_are_refused)
{
	struct problems all = { 0 };
	char text[1000];

	memset(text, '(', sizeof(text));
	memcpy(text, "a=", 2);
	ck_assert(
	    !conf_guard("f", (struct apam_str){ text, sizeof(text) }, &all));
	ck_assert_uint_eq(all.count, 1);
}
END_TEST

START_TEST(a_large_text_is_refused)
{
	struct problems all = { 0 };
	char *text = malloc(CONF_FILE_MAX + 1);

	ck_assert_ptr_nonnull(text);
	memset(text, '\n', CONF_FILE_MAX + 1);
	ck_assert(
	    conf_guard("f", (struct apam_str){ text, CONF_FILE_MAX }, &all));
	ck_assert(!conf_guard(
	    "f", (struct apam_str){ text, CONF_FILE_MAX + 1 }, &all));
	ck_assert_msg(
	    strstr(all.first.text, "65535") != NULL, "%s", all.first.text);
	free(text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("conf_guard");
	TCase *tc = tcase_create("conf_guard");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_trap_is_refused, 0, ROWS(bad));
	tcase_add_loop_test(tc, the_harmless_passes, 0, ROWS(good));
	tcase_add_loop_test(tc, libconfig_takes_what_passes, 0, ROWS(good));
	tcase_add_test(tc, a_nul_is_refused);
	tcase_add_test(tc, a_thousand_levels_are_refused);
	tcase_add_test(tc, a_large_text_is_refused);
	return run_suite(suite);
}
