/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/text/key_look.c: ids and secrets as providers make them, in
 * their places and swapped.
 */
#include "text/key_look.h"

#include <stdlib.h>
#include <string.h>

#include "support/run.h"

#define HEX40 "0123456789abcdef0123456789abcdef01234567"
#define MIXED "vG7fakeFAKEfake2FAKEfake"
#define UUID "6f1fb1b5-3a0c-4c1e-9a55-0123456789ab"

static const struct {
	const char *id, *secret;
	const char *why; /* a piece of it; NULL: nothing is odd */
} rows[] = {
	{ "62CAF473.example.XMXQS", MIXED, NULL },
	{ "demo@example.com", HEX40, NULL },
	{ "floor-key", "WriteExternalApi", NULL },
	{ UUID, MIXED, NULL },
	{ UUID, "pass words of a person", NULL },
	{ "AKIAFAKEFAKEFAKEFAKE", HEX40, NULL },
	{ MIXED, HEX40, NULL },
	{ "me", "p@ssword", NULL },
	{ "me", "@a.b", NULL },
	{ "me", "a@b.", NULL },
	{ "demo@example.com", "other@example.com", NULL },
	{ "a-name-that-is-really-very-long-in-deed", "s", NULL },
	{ "", HEX40, NULL },
	{ HEX40, "", NULL },
	{ HEX40, "demo@example.com", "secret looks like an id" },
	{ "me", "demo@example.com", "secret looks like an id" },
	{ MIXED, "62CAF473.example.XMXQS", "id looks like a secret" },
	{ HEX40, "floor-key", "id looks like a secret" },
	{ "same", "same", "are the same" },
};

START_TEST(a_swap_is_seen)
{
	const char *why = key_look_problem(
	    apam_str(rows[_i].id), apam_str(rows[_i].secret));

	if (rows[_i].why == NULL)
		ck_assert_msg(why == NULL, "%s: %s", rows[_i].id, why);
	else
		ck_assert_msg(why != NULL && strstr(why, rows[_i].why) != NULL,
		    "%s: %s", rows[_i].id, why == NULL ? "fine" : why);
}
END_TEST

static const struct {
	const char *text;
	bool is;
} looks[] = {
	{ MIXED, true },
	{ HEX40, true },
	{ "sk-0123456789abcdefFAKE", true },
	{ UUID, false },
	{ "placeholder", false },
	{ "a-placeholder-for-a-key-of-this-provider", false },
	{ "ghp_000000000000000000000000000000000000", false },
	{ "0000000000000000000000000000000000000000", false },
	{ "", false },
};

START_TEST(a_secret_looks_like_one)
{
	ck_assert_msg(
	    key_look_is_secret(apam_str(looks[_i].text)) == looks[_i].is, "%s",
	    looks[_i].text);
}
END_TEST

static const struct {
	const char *id, *cut;
} cuts[] = {
	{ HEX40, "0123..." },
	{ "12345678901234567", "1234..." },
	{ "12345678", "12..." },
	{ "123", "..." },
	{ "", "..." },
	{ "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
	  "\xe2\x82\xac",
	    "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac..." },
	{ "\n2345678", "?2..." },
	{ "demo@example.com", "demo@example.com" },
	{ "demo@example.com and more of it", "demo..." },
};

START_TEST(a_cut_shows_little)
{
	char cut[20];

	key_look_cut(cuts[_i].id, cut, sizeof(cut));
	ck_assert_str_eq(cut, cuts[_i].cut);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_look");
	TCase *tc = tcase_create("key_look");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, a_secret_looks_like_one, 0, ROWS(looks));
	tcase_add_loop_test(tc, a_swap_is_seen, 0, ROWS(rows));
	tcase_add_loop_test(tc, a_cut_shows_little, 0, ROWS(cuts));
	return run_suite(suite);
}
