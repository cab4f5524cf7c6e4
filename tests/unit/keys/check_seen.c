/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/keys/seen.c: a text fits the secret that it was made of; one of
 * another secret, id or scheme, or what is not such a text, does not.
 */
#include "keys/seen.h"

#include <string.h>

#include "support/run.h"

static const struct key_identity own = { "demo", "k1", { "FAKEkey", 7 } };

static const struct {
	const char *name;
	struct key_identity key;
	bool same;
} others[] = {
	{ "the same", { "demo", "k1", { "FAKEkey", 7 } }, true },
	{ "another secret", { "demo", "k1", { "FAKEkez", 7 } }, false },
	{ "a longer secret", { "demo", "k1", { "FAKEkey\0", 8 } }, false },
	{ "no secret", { "demo", "k1", { "", 0 } }, false },
	{ "another id", { "demo", "k2", { "FAKEkey", 7 } }, false },
	{ "another scheme", { "dem", "k1", { "FAKEkey", 7 } }, false },
};

/* A mark of 16 bits may be that of another secret: not of three texts. */
START_TEST(it_is_of_one_secret)
{
	char seen[3][SEEN_TEXT];
	int fits = 0;

	for (int i = 0; i < 3; i++) {
		ck_assert(seen_make(&own, seen[i]));
		ck_assert(seen_ok(seen[i]) && seen[i][0] != '\0');
		fits += seen_is_of(&others[_i].key, seen[i]) ? 1 : 0;
	}
	ck_assert_str_ne(seen[0], seen[1]);
	ck_assert_msg(
	    others[_i].same ? fits == 3 : fits < 3, "%s", others[_i].name);
}
END_TEST

static const struct {
	const char *text;
	bool ok;
} texts[] = {
	{ "", true },
	{ "0123456789abcdef0123456789abcdef0123", true },
	{ "0123456789abcdef0123456789abcdef012", false },
	{ "0123456789abcdef0123456789abcdef01234", false },
	{ "0123456789ABCDEF0123456789ABCDEF0123", false },
	{ "0123456789abcdef 123456789abcdef0123", false },
};

START_TEST(what_is_none_is_of_nobody)
{
	ck_assert(seen_ok(texts[_i].text) == texts[_i].ok);
	if (!texts[_i].ok || texts[_i].text[0] == '\0')
		ck_assert(!seen_is_of(&own, texts[_i].text));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("seen");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, it_is_of_one_secret, 0, ROWS(others));
	tcase_add_loop_test(tc, what_is_none_is_of_nobody, 0, ROWS(texts));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
