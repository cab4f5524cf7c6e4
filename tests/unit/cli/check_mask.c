/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of hosts/cli/lib/mask.c: how much of a credential may be seen.
 */
#include "lib/mask.c"

#include "support/run.h"

#define LONG "abcdefghijklmnopqrstuvwxyz"

static const struct {
	const char *name, *value, *masked;
} rows[] = {
	{ "Authorization", "", "…" },
	{ "Authorization", " ", "…" },
	{ "Authorization", "Basic", "…" },
	{ "Authorization", "Basic ", "…" },
	{ "Authorization", "Basic QWxh", "Basic …" },
	{ "Authorization", "Bearer 123456789012345", "Bearer …" },
	{ "Authorization", "Bearer 1234567890123456", "Bearer 1234… (16)" },
	{ "authorization", "Bearer " LONG, "Bearer abcd… (26)" },
	{ "AUTHORIZATION", "AWS4-HMAC-SHA " LONG, "AWS4… (40)" },
	{ "Authorization", LONG, "abcd… (26)" },
	{ "Authorization", "two  " LONG, "two … (27)" },
	{ "Authorization", LONG " rest", "abcd… (31)" },
	{ "Authorization", "Z-z " LONG, "Z-z abcd… (26)" },
	{ "Authorization", "a@b " LONG, "a@b… (30)" },
	{ "Authorization", "a[b " LONG, "a[b… (30)" },
	{ "Authorization", "a`b " LONG, "a`b… (30)" },
	{ "Authorization", "a{b " LONG, "a{b… (30)" },
	{ "Authorizations", "Bearer " LONG, "Bear… (33)" },
	{ "Buthorization", "Bearer " LONG, "Bear… (33)" },
	{ "Authorizatio", "Bearer " LONG, "Bear… (33)" },
	{ "X-Api-Key", "open sesame", "…" },
	{ "X-Api-Key", "open sesame and more", "open… (20)" },
	{ "X-Api-Key", "123456789012345", "…" },
	{ "X-Api-Key", "a\tbcdefghijklmnop", "a… (17)" },
	{ "X-Api-Key", "\x1b[31mabcdefghijklmn", "… (19)" },
	{ "X-Api-Key", "ab\xc3\xa9" LONG, "ab… (30)" },
};

START_TEST(a_credential_is_masked)
{
	char to[MASK_SIZE];

	mask(to, apam_str(rows[_i].name), apam_str(rows[_i].value));
	ck_assert_msg(strcmp(to, rows[_i].masked) == 0,
	    "%s: %s: '%s', not '%s'", rows[_i].name, rows[_i].value, to,
	    rows[_i].masked);
}
END_TEST

START_TEST(the_longest_fits)
{
	static char value[100000];
	char to[MASK_SIZE];

	memset(value, 'x', sizeof(value) - 1);
	memcpy(value, "Abcdefghijklmnopqrs ", 20);
	mask(to, APAM_STR("Authorization"), apam_str(value));
	ck_assert_str_eq(to, "Abcdefghijklmnopqrs xxxx… (99979)");
}
END_TEST

START_TEST(an_empty_view_is_masked)
{
	char to[MASK_SIZE];

	mask(to, (struct apam_str){ NULL, 0 }, (struct apam_str){ NULL, 0 });
	ck_assert_str_eq(to, "…");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("mask");
	TCase *tc = tcase_create("mask");

	tcase_add_loop_test(tc, a_credential_is_masked, 0, ROWS(rows));
	tcase_add_test(tc, the_longest_fits);
	tcase_add_test(tc, an_empty_view_is_masked);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
