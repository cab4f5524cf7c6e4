/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/record.c: texts that a record may have, and marks as they
 * are shown.
 */
#include "keys/record.h"

#include <string.h>

#include "support/record_texts.h"
#include "support/run.h"

static const struct {
	const char *text;
	const char *why; /* NULL: fine */
} texts[] = {
	{ "", NULL },
	{ "one@example.org", NULL },
	{ T255, NULL },
	{ "\xc2\xa0\xed\x9f\xbf", NULL },
	{ T255 "x", "longer than 255 bytes" },
	{ "a\tb", "control character" },
	{ "\x1b[1m", "control character" },
	{ "\x7f", "control character" },
	{ "\xc2\x80", "control character" },
	{ "\xc2\x9f", "control character" },
	{ "\xe2\x80\xae", "control character" },
	{ "a\xe2\x80\xa8", "control character" },
	{ "\xff", "UTF-8" },
	{ "\xc0\xaf", "UTF-8" },
	{ "\xed\xa0\x80", "UTF-8" },
	{ "x\xe2\x82", "UTF-8" },
};

START_TEST(a_text_is_plain)
{
	const char *why = key_text_problem(texts[_i].text);

	ck_assert_msg((why == NULL) == (texts[_i].why == NULL), "'%s': %s",
	    texts[_i].text, why);
	if (why != NULL)
		ck_assert_msg(strstr(why, texts[_i].why) != NULL, "'%s': %s",
		    texts[_i].text, why);
}
END_TEST

START_TEST(a_mark_is_shown_where_there_is_one)
{
	struct key_record r = { .marked = true, .mark = { 0x0f, 0xa0 } };
	char text[APAM_MARK_SIZE];

	key_mark_text(&r, text);
	ck_assert_str_eq(text, "0fa0");
	r.marked = false;
	key_mark_text(&r, text);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(what_can_be_no_key_has_no_hash)
{
	static const unsigned char none[KEY_HASH_SIZE];
	unsigned char hash[KEY_HASH_SIZE];
	char longer[KEY_TEXT_MAX + 2];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[KEY_TEXT_MAX + 1] = '\0';
	key_hash("demo", apam_str(longer), hash);
	ck_assert_mem_eq(hash, none, sizeof(none));
	key_hash(longer, apam_str("a"), hash);
	ck_assert_mem_eq(hash, none, sizeof(none));
	key_hash("demo", apam_str(longer + 1), hash);
	ck_assert_mem_ne(hash, none, sizeof(none));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("record");
	TCase *tc = tcase_create("all");

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_text_is_plain, 0, ROWS(texts));
	tcase_add_test(tc, a_mark_is_shown_where_there_is_one);
	tcase_add_test(tc, what_can_be_no_key_has_no_hash);
	return run_suite(suite);
}
