/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/swap.c: what is swapped, what stays, and what is not a
 * group of the list.  Two groups that are swapped twice are as they were.
 */
#include "config/swap.h"

#include <string.h>

#include "config/syntax.h"
#include "support/run.h"

#define LIST APAM_STR("auth")

static const struct {
	const char *name, *text;
	size_t a, b;
	const char *swapped; /* NULL: refused */
} rows[] = {
	{ "nothing", "", 0, 1, NULL },
	{ "no list", "origins = [ \"x\" ];", 0, 1, NULL },
	{ "an empty list", "auth = ( );", 0, 1, NULL },
	{ "one entry", "auth = ( { a = 1; } );", 0, 1, NULL },
	{ "the second of one", "auth = ( { a = 1; } );", 1, 2, NULL },
	{ "a group of that name", "auth = { b = { }; c = { }; };", 0, 1, NULL },
	{ "an array", "auth = [ \"{ }\", \"{ }\" ];", 0, 1, NULL },
	{ "a list further in", "x = { auth = ( { a = 1; }, { b = 2; } ); };", 0,
	    1, NULL },
	{ "a list in another", "x = ( ( { a = 1; }, { b = 2; } ) );", 0, 1,
	    NULL },
	{ "another's name ends alike", "x-auth = ( { a = 1; }, { b = 2; } );",
	    0, 1, NULL },
	{ "another's name begins alike",
	    "authors = ( { a = 1; }, { b = 2; } );", 0, 1, NULL },
	{ "the name as a text", "x = \"auth\"; y = ( { a = 1; }, { b = 2; } );",
	    0, 1, NULL },
	{ "the name of another setting before a list",
	    "auth = 1; y = ( { a = 1; }, { b = 2; } );", 0, 1, NULL },
	{ "lists in the list are not groups of it",
	    "auth = ( ( { a = 1; } ), { b = 2; } );", 0, 1, NULL },
	{ "two", "auth = ( { a = 1; }, { b = 2; } );", 0, 1,
	    "auth = ( { b = 2; }, { a = 1; } );" },
	{ "no blanks", "auth=({a=1},{b=2})", 0, 1, "auth=({b=2},{a=1})" },
	{ "a colon", "auth : ( { a : 1 }, { b : 2 } )", 0, 1,
	    "auth : ( { b : 2 }, { a : 1 } )" },
	{ "the first and the third", "auth = ( {a=1;}, {b=2;}, {c=3;} );", 0, 2,
	    "auth = ( {c=3;}, {b=2;}, {a=1;} );" },
	{ "the second and the third", "auth = ( {a=1;}, {b=2;}, {c=3;} );", 1,
	    2, "auth = ( {a=1;}, {c=3;}, {b=2;} );" },
	{ "groups within", "auth = ( { a = { b = { }; }; }, { c = ({},{}); } )",
	    0, 1, "auth = ( { c = ({},{}); }, { a = { b = { }; }; } )" },
	{ "comments inside go along",
	    "auth = ( { /* one } */ a = 1; # }\n },\n { // two {\n b = 2; } );",
	    0, 1,
	    "auth = ( { // two {\n b = 2; },\n { /* one } */ a = 1; # }\n } );" },
	{ "what stands above and behind goes along",
	    "auth = (\n  # the key\n  # of 2024\n  { a = 1; }, // old\n"
	    "  /* stands by */\n  { b = 2; } # new\n);\n",
	    0, 1,
	    "auth = (\n  /* stands by */\n  { b = 2; }, # new\n  # the key\n"
	    "  # of 2024\n  { a = 1; } // old\n);\n" },
	{ "of one alone",
	    "auth = (\n  { a = 1; },\n  # two\n  { b = 2; } # new\n);\n", 0, 1,
	    "auth = (\n  # two\n  { b = 2; }, # new\n  { a = 1; }\n);\n" },
	{ "a heading stays",
	    "auth = (\n  # Keys.\n\n  # one\n  {a=1;},\n\n  # More.\n\n"
	    "  {b=2;}\n);",
	    0, 1,
	    "auth = (\n  # Keys.\n\n  {b=2;},\n\n  # More.\n\n  # one\n"
	    "  {a=1;}\n);" },
	{ "before it on its line", "auth = (\n /* 1 */ {a=1;},\n {b=2;}\n);", 0,
	    1, "auth = (\n {b=2;},\n /* 1 */ {a=1;}\n);" },
	{ "nothing is commented out", "auth = ( {a=1;}, # one\n {b=2;} );", 0,
	    1, "auth = ( {b=2;}, # one\n {a=1;} );" },
	{ "a comment of two lines behind",
	    "auth = (\n {a=1;}, /* o\nne */\n {b=2;}\n);", 0, 1,
	    "auth = (\n {b=2;},\n {a=1;} /* o\nne */\n);" },
	{ "the comma in the next line", "auth = (\n {a=1;} # one\n ,{b=2;}\n);",
	    0, 1, "auth = (\n {b=2;}\n ,{a=1;} # one\n);" },
	{ "the list's own comment stays",
	    "# auth = ( {}, {} )\nauth = ( # first\n {a=1;}, # second\n {b=2;} "
	    "# end\n);\n# tail",
	    0, 1,
	    "# auth = ( {}, {} )\nauth = ( # first\n {b=2;}, # end\n {a=1;} "
	    "# second\n);\n# tail" },
	{ "brackets in texts",
	    "auth = ( { a = \"}),(\"; }, { b = \"\\\"{\"; } )", 0, 1,
	    "auth = ( { b = \"\\\"{\"; }, { a = \"}),(\"; } )" },
	{ "a comment before the name", "/**/auth = ( {a=1;}, {b=2;} )", 0, 1,
	    "/**/auth = ( {b=2;}, {a=1;} )" },
	{ "another list before",
	    "x = ( {p=1;}, {q=2;} );auth = ({a=1;},{b=2;})", 0, 1,
	    "x = ( {p=1;}, {q=2;} );auth = ({b=2;},{a=1;})" },
	{ "another list behind", "auth = ({a=1;},{b=2;}); x = ({p=1;},{q=2;});",
	    0, 1, "auth = ({b=2;},{a=1;}); x = ({p=1;},{q=2;});" },
	{ "the list's name behind a bracket",
	    "x = ({p=1;})auth = ({a=1;},{b=2;})", 0, 1,
	    "x = ({p=1;})auth = ({b=2;},{a=1;})" },
	{ "returns and tabs stay", "auth\t=\r\n(\t{a=1;}\r\n,\t{b=2;}\r\n)", 0,
	    1, "auth\t=\r\n(\t{b=2;}\r\n,\t{a=1;}\r\n)" },
	{ "not ASCII", "auth = ( {a=\"\xc3\xa9\";}, {b=\"\xe2\x82\xac\";} )", 0,
	    1, "auth = ( {b=\"\xe2\x82\xac\";}, {a=\"\xc3\xa9\";} )" },
};

START_TEST(row)
{
	const char *name = rows[_i].name;
	struct apam_str text = apam_str(rows[_i].text);
	struct problems all;
	struct buf to, back;

	problems_init(&all);
	ck_assert_msg(
	    conf_guard("x", text, &all), "%s: %s", name, all.first.text);
	buf_init(&to, 1024);
	buf_init(&back, 1024);
	ck_assert_msg(conf_swap(text, LIST, rows[_i].a, rows[_i].b, &to) ==
		(rows[_i].swapped != NULL),
	    "%s", name);
	if (rows[_i].swapped != NULL) {
		ck_assert_msg(strcmp(buf_view(&to).p, rows[_i].swapped) == 0,
		    "%s: %s", name, buf_view(&to).p);
		ck_assert_msg(conf_guard("x", buf_view(&to), &all), "%s", name);
		ck_assert(conf_swap(
		    buf_view(&to), LIST, rows[_i].a, rows[_i].b, &back));
		ck_assert_msg(strcmp(buf_view(&back).p, rows[_i].text) == 0,
		    "%s: and back: %s", name, buf_view(&back).p);
	} else {
		ck_assert_msg(to.n == 0 && !to.failed, "%s", name);
	}
	buf_free(&to);
	buf_free(&back);
}
END_TEST

/* Not for us to repair, and nothing to run away from. */
START_TEST(what_the_guard_refuses)
{
	static const char *const texts[] = { ")", "auth = (}", "auth = ({a=1;}",
		"auth = ({a=1;},{", "auth = ( { \"", "@", "auth", "auth = (" };
	struct buf to;

	buf_init(&to, 1024);
	ck_assert_msg(
	    !conf_swap(apam_str(texts[_i]), LIST, 0, 1, &to), "%s", texts[_i]);
	ck_assert_uint_eq(to.n, 0);
	buf_free(&to);
}
END_TEST

START_TEST(no_room)
{
	struct buf to;

	buf_init(&to, 10);
	ck_assert(
	    !conf_swap(APAM_STR("auth = ({a=1;},{b=2;});"), LIST, 0, 1, &to));
	ck_assert(to.failed);
	buf_free(&to);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("conf_swap");
	TCase *tc = tcase_create("conf_swap");

	tcase_add_loop_test(tc, row, 0, ROWS(rows));
	tcase_add_loop_test(tc, what_the_guard_refuses, 0, 8);
	tcase_add_test(tc, no_room);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
