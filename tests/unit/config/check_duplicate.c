/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/duplicate.c: which name is there twice, and what only
 * looks like it; and what lint makes of it.
 */
#include "config/duplicate.h"

#include "config/syntax.h"
#include "support/run.h"

static const struct {
	const char *name, *text;
	const char *twice; /* "": none */
	unsigned first;
} rows[] = {
	{ "nothing", "", "", 0 },
	{ "one", "a = 1;", "", 0 },
	{ "two", "a = 1;\nb = 2;\na = 3;", "a", 1 },
	{ "on one line", "\nxy = 1; xy = 2;", "xy", 2 },
	{ "a part of another", "a = 1; ab = 2; b = 3; a-b = 4; a_b = 5;", "",
	    0 },
	{ "the first of two", "a = 1;\nb = 2;\nb = 3;\na = 4;", "b", 2 },
	{ "in a group", "a = { b = 1;\n b = 2; };", "b", 1 },
	{ "in two groups", "a = { b = 1; }; c = { b = 1; }; b = 2;", "", 0 },
	{ "in two of a list", "a = ( { b = 1; }, { b = 2; } );", "", 0 },
	{ "behind a group", "a = 1; b = { a = 2; };\na = 3;", "a", 1 },
	{ "in a text", "a = \"a = 1; a = 2;\"; # a = 3;", "", 0 },
	{ "three times", "a = 1;\na = 2;\na = 3;", "a", 1 },
};

START_TEST(a_text)
{
	struct apam_str name;
	unsigned first = 99;

	ck_assert(conf_duplicate(apam_str(rows[_i].text), &name, &first));
	ck_assert_msg(name.n == strlen(rows[_i].twice) &&
		memcmp(name.p, rows[_i].twice, name.n) == 0,
	    "%s: %.*s", rows[_i].name, (int)name.n, name.p);
	ck_assert_msg(first == rows[_i].first, "%s: %u", rows[_i].name, first);
}
END_TEST

/* Wherever libconfig finds one, it is named. */
START_TEST(libconfig_finds_the_same)
{
	const struct apam_str text = apam_str(rows[_i].text);
	char wanted[64];
	struct problems all;
	struct conf *conf;

	problems_init(&all);
	ck_assert(conf_guard("x", text, &all));
	conf = conf_parse("x", text, &all);
	ck_assert_msg(
	    (conf == NULL) == (rows[_i].twice[0] != '\0'), "%s", rows[_i].name);
	conf_free(&conf);
	if (rows[_i].twice[0] == '\0')
		return;
	(void)snprintf(wanted, sizeof(wanted),
	    "%s is set twice, first in line %u; keep one", rows[_i].twice,
	    rows[_i].first);
	ck_assert_str_eq(all.first.text, wanted);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("conf_duplicate");
	TCase *t = tcase_create("core");

	tcase_add_loop_test(t, a_text, 0, ROWS(rows));
	tcase_add_loop_test(t, libconfig_finds_the_same, 0, ROWS(rows));
	suite_add_tcase(s, t);
	return run_suite(s);
}
