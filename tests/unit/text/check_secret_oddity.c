/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/text/secret_oddity.c: what is odd at the ends of a secret, and
 * that nothing within it is.
 */
#include "text/secret_oddity.h"

#include <stdlib.h>

#include "support/run.h"

static const struct {
	const char *secret;
	const char *odd; /* NULL: it is not */
} rows[] = {
	{ "", NULL },
	{ "FAKE", NULL },
	{ "\"", NULL },
	{ "FA KE", NULL },
	{ "FA\"K'E", NULL },
	{ "\"FAKE", NULL },
	{ "FAKE'", NULL },
	{ "\"FAKE'", NULL },
	{ "F\xc3\xa4ke", NULL },
	{ " FAKE", "begins or ends with a blank" },
	{ "FAKE ", "begins or ends with a blank" },
	{ "FAKE\t", "begins or ends with a blank" },
	{ "FAKE\r", "begins or ends with a blank" },
	{ "\nFAKE", "begins or ends with a blank" },
	{ " ", "begins or ends with a blank" },
	{ "\xc2\xa0"
	  "FAKE",
	    "begins or ends with a blank" },
	{ "FAKE\xc2\xa0", "begins or ends with a blank" },
	{ "\"FAKE\"", "stands in quotes" },
	{ "'FAKE'", "stands in quotes" },
	{ "`FAKE`", "stands in quotes" },
	{ "\"\"", "stands in quotes" },
	{ "\xef\xbb\xbf"
	  "FAKE",
	    "begins with a byte order mark" },
};

/* In a block of just its size, so that a read beyond it is seen. */
START_TEST(an_oddity_is_told)
{
	const size_t n = strlen(rows[_i].secret);
	char *copy = malloc(n + 1);
	const char *odd;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, rows[_i].secret, n);
	odd = secret_oddity((struct apam_str){ copy, n });
	free(copy);
	if (rows[_i].odd == NULL)
		ck_assert_msg(odd == NULL, "%s: %s", rows[_i].secret, odd);
	else
		ck_assert_str_eq(odd, rows[_i].odd);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("secret_oddity");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, an_oddity_is_told, 0, ROWS(rows));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
