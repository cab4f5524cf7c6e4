/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/lib/shell_word.c: what is quoted, and that a shell reads
 * each word as it was.
 */
#include "lib/shell_word.c"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/run.h"

static const struct {
	const char *text, *word;
} words[] = {
	{ "", "''" },
	{ "demo@example.com", "demo@example.com" },
	{ "62CAF473.example.XMXQS", "62CAF473.example.XMXQS" },
	{ "a/b-c_d:e,f=g%h+i", "a/b-c_d:e,f=g%h+i" },
	{ "old key", "'old key'" },
	{ "it's", "'it'\\''s'" },
	{ "'", "''\\'''" },
	{ "$(id)", "'$(id)'" },
	{ "`id`", "'`id`'" },
	{ "a;b", "'a;b'" },
	{ "*", "'*'" },
	{ "a\\b", "'a\\b'" },
	{ "~root", "'~root'" },
	{ "#1", "'#1'" },
	{ "!x", "'!x'" },
	{ "a\nb", "'a\nb'" },
	{ "Schl\xc3\xbcssel", "'Schl\xc3\xbcssel'" },
};

START_TEST(a_word)
{
	char to[SHELL_WORD_SIZE];

	shell_word(to, words[_i].text);
	ck_assert_str_eq(to, words[_i].word);
}
END_TEST

START_TEST(a_shell_reads_what_was_meant)
{
	char to[SHELL_WORD_SIZE], command[SHELL_WORD_SIZE + 16], got[256];
	FILE *shell;
	size_t n;

	shell_word(to, words[_i].text);
	(void)snprintf(command, sizeof(command), "printf %%s %s", to);
	shell = popen(command, "r");
	ck_assert_ptr_nonnull(shell);
	n = fread(got, 1, sizeof(got) - 1, shell);
	got[n] = '\0';
	ck_assert_int_eq(pclose(shell), 0);
	ck_assert_str_eq(got, words[_i].text);
}
END_TEST

static const struct {
	size_t n;
	char byte;
	bool fits;
} longs[] = {
	{ 255, '\'', true },
	{ 256, '\'', false },
	{ 1021, ' ', true },
	{ 1022, ' ', false },
	{ 1023, 'x', true },
	{ 1024, 'x', false },
	{ 5000, 'x', false },
};

START_TEST(all_of_it_or_nothing)
{
	char to[SHELL_WORD_SIZE], text[5001];

	memset(text, longs[_i].byte, longs[_i].n);
	text[longs[_i].n] = '\0';
	shell_word(to, text);
	ck_assert_msg((to[0] != '\0') == longs[_i].fits, "%zu of '%c'",
	    longs[_i].n, longs[_i].byte);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("shell_word");
	TCase *tc = tcase_create("shell_word");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_word, 0, ROWS(words));
	tcase_add_loop_test(tc, a_shell_reads_what_was_meant, 0, ROWS(words));
	tcase_add_loop_test(tc, all_of_it_or_nothing, 0, ROWS(longs));
	return run_suite(suite);
}
