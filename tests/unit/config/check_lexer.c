/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/config/lexer.c: the tokens of a text, one by one, with the line
 * of each, and how far the reading has come where it stops.  What is refused,
 * and with which words, is in check_conf_guard.c.
 */
#include "config/lexer.h"

#include <string.h>

#include "base/str.h"
#include "support/run.h"

static struct problems all;

static struct conf_lexer
lexer_of(struct apam_str text)
{
	problems_init(&all);
	return (struct conf_lexer){
		.file = "f", .rest = text, .line = 1, .all = &all
	};
}

/* A token as one letter. */
static char
letter(enum conf_token token)
{
	static const char letters[] = { [CONF_END] = '.',
		[CONF_NAME] = 'n',
		[CONF_BOOLEAN] = 'b',
		[CONF_INTEGER] = 'i',
		[CONF_LONG] = 'l',
		[CONF_STRING] = 's' };

	return token <= CONF_STRING ? letters[token] : (char)token;
}

/* ---- Tokens ----------------------------------------------------------- */

static const struct {
	const char *text, *tokens; /* '!': refused */
} rows[] = {
	{ "", "." },
	{ " \t\r\n", "." },
	{ "# a = 1", "." },
	{ "// a = 1", "." },
	{ "/* a = 1 */", "." },
	{ "/***/", "." },
	{ "/* // */ # /*\n// */\nx", "n." },
	{ "# x\r\ny", "n." },
	{ "/", "!" },
	{ "/*", "!" },
	{ "/*/", "!" },
	{ "x/*", "n!" },
	{ "name", "n." },
	{ "*", "n." },
	{ "a-b_c*9", "n." },
	{ "_a", "!" },
	{ "-a", "!" },
	{ "a.b", "n!" },
	{ "true", "b." },
	{ "FALSE", "b." },
	{ "tRuE", "b." },
	{ "truely", "n." },
	{ "true-", "n." },
	{ "true false", "bb." },
	{ "0", "i." },
	{ "007", "i." },
	{ "-1 +1", "ii." },
	{ "2147483647", "i." },
	{ "-2147483648", "i." },
	{ "2147483648", "!" },
	{ "2147483648L", "l." },
	{ "1L 1LL", "ll." },
	{ "9223372036854775807L", "l." },
	{ "1l", "!" },
	{ "1 L", "in." },
	{ "-", "!" },
	{ "- 1", "!" },
	{ "+-1", "!" },
	{ "1,2", "i,i." },
	{ "1x", "!" },
	{ "\"\"", "s." },
	{ "\"a\"\"b\"", "ss." },
	{ "\"\\\"\" x", "sn." },
	{ "\"\\\\\" x", "sn." },
	{ "\"\\x41\\X7e\"", "s." },
	{ "\"# // /* \"", "s." },
	{ "\"'\"", "s." },
	{ "\"\xc3\xa9\"", "s." },
	{ "\"", "!" },
	{ "\"\\", "!" },
	{ "\"\\\"", "!" },
	{ "\"a\n\"", "!" },
	{ "\"\\x2", "!" },
	{ "{}[]();,", "{}[]();,." },
	{ "=:", "==." },
	{ "a:{b=[1,\"x\"];c=(true,2L);}", "n={n=[i,s];n=(b,l);}." },
	{ "<", "!" },
	{ "a = 1 @", "n=i!" },
	{ "\xc3\xa9", "!" },
};

/* Read to the end or the first refusal. */
static void
read_tokens(struct conf_lexer *g, char *to, size_t size)
{
	size_t n = 0;

	while (n + 2 < size) {
		if (!conf_lexer_next(g)) {
			to[n++] = '!';
			break;
		}
		to[n++] = letter(g->token);
		if (g->token == CONF_END)
			break;
	}
	to[n] = '\0';
}

START_TEST(a_text_has_these_tokens)
{
	struct conf_lexer g = lexer_of(apam_str(rows[_i].text));
	char tokens[64];
	const bool ok = strchr(rows[_i].tokens, '!') == NULL;

	read_tokens(&g, tokens, sizeof(tokens));
	ck_assert_msg(strcmp(tokens, rows[_i].tokens) == 0, "\"%s\": %s",
	    rows[_i].text, tokens);
	ck_assert_msg(all.count == (ok ? 0 : 1), "\"%s\": %u problems",
	    rows[_i].text, all.count);
}
END_TEST

/* A view that ends within a token is not read beyond its end. */
START_TEST(the_text_ends_where_it_is_said_to)
{
	static const char text[] = "name 12345 \"abc\" /* x */ true";
	char tokens[64];

	for (size_t n = 0; n < sizeof(text); n++) {
		struct conf_lexer g = lexer_of((struct apam_str){ text, n });

		read_tokens(&g, tokens, sizeof(tokens));
		ck_assert_msg(g.rest.p + g.rest.n == text + n,
		    "%zu bytes: went beyond", n);
	}
	ck_assert_str_eq(tokens, "nisb.");
}
END_TEST

/* conf_lexer_check_bytes refuses it before; here it is not an end, either. */
START_TEST(a_nul_is_no_end)
{
	struct conf_lexer g = lexer_of(APAM_STR("x\0y"));
	char tokens[64];

	read_tokens(&g, tokens, sizeof(tokens));
	ck_assert_str_eq(tokens, "n!");
}
END_TEST

START_TEST(the_end_stays_the_end)
{
	struct conf_lexer g = lexer_of(APAM_STR("\n x \n\n"));

	ck_assert(conf_lexer_next(&g));
	for (int i = 0; i < 3; i++) {
		ck_assert(conf_lexer_next(&g));
		ck_assert_int_eq(g.token, CONF_END);
		ck_assert_uint_eq(g.token_line, 4);
	}
}
END_TEST

/* ---- Lines ------------------------------------------------------------ */

START_TEST(each_token_has_its_line)
{
	static const unsigned lines[] = { 1, 1, 2, 4, 6, 7, 9, 10 };
	struct conf_lexer g = lexer_of(
	    APAM_STR("a = \n1\n# x\n; // y\n\nb\n:/*\n\n*/\"s\"\r\n"));

	for (int i = 0; i < ROWS(lines); i++) {
		ck_assert(conf_lexer_next(&g));
		ck_assert_msg(g.token_line == lines[i], "token %d: line %u", i,
		    g.token_line);
	}
	ck_assert_int_eq(g.token, CONF_END);
}
END_TEST

/* What is not closed is told where the reader can find it. */
static const struct {
	const char *text;
	unsigned line;
} problems[] = {
	{ "\n\"a", 2 },
	{ "\n\"a\nb\"", 2 },
	{ "\n/* a\n\n\n", 2 },
	{ "/* \n */ \"", 2 },
	{ "\n\n1.5\n", 3 },
	{ "\n@\n", 2 },
};

START_TEST(a_problem_has_its_line)
{
	struct conf_lexer g = lexer_of(apam_str(problems[_i].text));

	ck_assert(!conf_lexer_next(&g));
	ck_assert_msg(all.first.line == problems[_i].line, "\"%s\": line %u",
	    problems[_i].text, all.first.line);
	ck_assert_str_eq(all.first.file, "f");
	ck_assert_int_eq(all.first.status, APAM_E_CONFIG);
}
END_TEST

START_TEST(a_refusal_has_the_line_that_is_given)
{
	struct conf_lexer g = lexer_of(APAM_STR("x"));

	ck_assert(!conf_lexer_refuse(&g, 77, "100%s"));
	ck_assert_uint_eq(all.first.line, 77);
	ck_assert_str_eq(all.first.text, "100%s");
}
END_TEST

/* ---- Bytes ------------------------------------------------------------ */

static const struct {
	struct apam_str text;
	unsigned line; /* 0: fine */
} bytes[] = {
	{ { "", 0 }, 0 },
	{ { "\t\n\r\n ~", 6 }, 0 },
	{ { "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9 }, 0 },
	{ { "a\0b", 3 }, 1 },
	{ { "\0", 1 }, 1 },
	{ { "\n\n\x01", 3 }, 3 },
	{ { "\n\x7f", 2 }, 2 },
	{ { "\r", 1 }, 1 },
	{ { "\r\r\n", 3 }, 1 },
	{ { "\n\xc3", 2 }, 2 },
	{ { "\x80", 1 }, 1 },
	{ { "\xed\xa0\x80", 3 }, 1 },
	{ { "\xf4\x90\x80\x80", 4 }, 1 },
};

START_TEST(bytes_are_text)
{
	const struct conf_lexer g = lexer_of(bytes[_i].text);
	const bool ok = bytes[_i].line == 0;

	ck_assert_msg(conf_lexer_check_bytes(&g) == ok, "row %d", _i);
	ck_assert_msg(all.first.line == bytes[_i].line, "row %d: line %u", _i,
	    all.first.line);
	/* Nothing is read by that. */
	ck_assert_uint_eq(g.rest.n, bytes[_i].text.n);
	ck_assert_uint_eq(g.line, 1);
}
END_TEST

START_TEST(a_token_is_known_as_it_stands)
{
	static const char *const tokens[] = { "name", "=", "[", "1", ",", "-2L",
		"]", ";", "x-1", ":", "\"a\\\"# b\"", "}", "" };
	struct problems found;
	struct conf_lexer lexer = { .rest = APAM_STR(
					"name = [1,/* 2 */ -2L]; # c\n"
					"x-1: \"a\\\"# b\"}  // d"),
		.file = "",
		.line = 1,
		.all = &found };

	problems_init(&found);
	for (int i = 0; i < ROWS(tokens); i++) {
		ck_assert(conf_lexer_next(&lexer));
		ck_assert_msg(str_equal(lexer.token_text, apam_str(tokens[i])),
		    "%s: %.*s", tokens[i], SARG(lexer.token_text));
	}
	ck_assert_int_eq(lexer.token, CONF_END);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("conf_lexer");
	TCase *tc = tcase_create("conf_lexer");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_text_has_these_tokens, 0, ROWS(rows));
	tcase_add_test(tc, the_text_ends_where_it_is_said_to);
	tcase_add_test(tc, a_nul_is_no_end);
	tcase_add_test(tc, the_end_stays_the_end);
	tcase_add_test(tc, each_token_has_its_line);
	tcase_add_loop_test(tc, a_problem_has_its_line, 0, ROWS(problems));
	tcase_add_test(tc, a_refusal_has_the_line_that_is_given);
	tcase_add_loop_test(tc, bytes_are_text, 0, ROWS(bytes));
	tcase_add_test(tc, a_token_is_known_as_it_stands);
	return run_suite(suite);
}
