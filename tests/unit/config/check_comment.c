/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/comment.c: which comments are a group's own.  In each
 * text "<" stands right behind the token before the group, and "{}" is the
 * group.
 */
#include "config/comment.h"

#include <string.h>

#include "support/run.h"

static const struct {
	const char *name, *text;
	const char *above; /* what is taken, up to the brace; "": nothing */
} above[] = {
	{ "nothing", "<{}", "" },
	{ "blanks", "<\n  {}", "" },
	{ "a line", "<\n  # one\n  {}", "# one\n  " },
	{ "two lines", "<\n # one\n // two\n {}", "# one\n // two\n " },
	{ "a block of lines", "<\n /* one\n\n two */\n {}",
	    "/* one\n\n two */\n " },
	{ "an empty line apart", "<\n # one\n\n {}", "" },
	{ "the paragraph above alone", "<\n # one\n\n # two\n {}", "# two\n " },
	{ "the end of the line before", "< # one\n {}", "" },
	{ "both", "< # one\n # two\n {}", "# two\n " },
	{ "on its line", "< /* one */ {}", "/* one */ " },
	{ "a block that ends on its line", "< /* one\n */ {}", "/* one\n */ " },
	{ "a sign of another in one", "<\n # /* one\n {}", "# /* one\n " },
};

START_TEST(what_stands_above)
{
	const char *text = above[_i].text;
	const size_t gap = (size_t)(strchr(text, '<') - text) + 1;
	const size_t brace = (size_t)(strstr(text, "{}") - text);
	const size_t at = conf_comment_above(apam_str(text), gap, brace);

	ck_assert_msg(brace - at == strlen(above[_i].above) &&
		memcmp(text + at, above[_i].above, brace - at) == 0,
	    "%s: %.*s", above[_i].name, (int)(brace - at), text + at);
}
END_TEST

static const struct {
	const char *name, *text;
	const char *behind;
	bool ends_line;
} behind[] = {
	{ "nothing", "{}", "", true },
	{ "a comma", "{},", "", true },
	{ "another group", "{}, {}", "", false },
	{ "a bracket", "{} )", "", false },
	{ "a line", "{} # one\n)", " # one", true },
	{ "past a comma", "{}, // one\n", " // one", true },
	{ "blanks behind it", "{}, # one \t\r\n", " # one", true },
	{ "blanks alone", "{},  \n", "", true },
	{ "a block", "{} /* one */\n", " /* one */", true },
	{ "a block before a group", "{}, /* one */ {}", " /* one */", false },
	{ "in the next line", "{},\n # one\n", "", true },
};

START_TEST(what_stands_behind)
{
	const char *text = behind[_i].text;
	size_t from = 99, to = 99;
	const bool ends = conf_comment_behind(apam_str(text), 2, &from, &to);

	ck_assert_msg(ends == behind[_i].ends_line, "%s", behind[_i].name);
	ck_assert_msg(to - from == strlen(behind[_i].behind) &&
		memcmp(text + from, behind[_i].behind, to - from) == 0,
	    "%s: %.*s", behind[_i].name, (int)(to - from), text + from);
}
END_TEST

START_TEST(a_line_begins)
{
	const struct apam_str text = APAM_STR("a\n \tb c");

	ck_assert(conf_comment_line_begins(text, 0));
	ck_assert(conf_comment_line_begins(text, 2));
	ck_assert(conf_comment_line_begins(text, 4));
	ck_assert(!conf_comment_line_begins(text, 5));
	ck_assert(!conf_comment_line_begins(text, 6));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("conf_comment");
	TCase *t = tcase_create("core");

	tcase_add_loop_test(t, what_stands_above, 0, ROWS(above));
	tcase_add_loop_test(t, what_stands_behind, 0, ROWS(behind));
	tcase_add_test(t, a_line_begins);
	suite_add_tcase(s, t);
	return run_suite(s);
}
