/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/crypto/key_pem.c: what is PEM at all, and what is between its
 * lines.  Which keys are read: check_key_text.c.
 */
#include "crypto/key_pem.h"

#include "support/run.h"

static const struct {
	const char *text;
	bool is;
} texts[] = {
	{ "", false },
	{ "a word", false },
	{ "{\"kty\":\"oct\"}", false },
	{ " -----BEGIN PRIVATE KEY-----", false },
	{ "-----BEGIN ", false },
	{ "-----BEGIN PRIVATE KEY-----", true },
	{ "said before\n-----BEGIN X-----\n", true },
	{ "-----BEGIN CERTIFICATE-----\r\n", true },
};

START_TEST(pem_has_a_line_that_begins)
{
	ck_assert_msg(key_pem_is(apam_str(texts[_i].text)) == texts[_i].is,
	    "%s", texts[_i].text);
}
END_TEST

/* What decodes to a few bytes that are not a key. */
static const char *const damaged[] = {
	"-----BEGIN PRIVATE KEY-----\nMAAA\n-----END PRIVATE KEY-----\n",
	"-----BEGIN EC PRIVATE KEY-----\nMAAA\n-----END EC PRIVATE KEY-----\n",
	"-----BEGIN RSA PRIVATE KEY-----\nMAA\n A\t\n-----END RSA PRIVATE "
	"KEY-----",
	"-----BEGIN PUBLIC KEY-----\nMAAA\n-----END PUBLIC KEY-----\n",
	"-----BEGIN RSA PUBLIC KEY-----\nMAAA\n-----END RSA PUBLIC KEY-----\n",
	"-----BEGIN X-----\n-----BEGIN PUBLIC KEY-----\nMAAA\n-----END PUBLIC "
	"KEY-----\n",
};

START_TEST(each_block_is_decoded)
{
	struct crypto_numbers numbers;
	struct buf der;

	buf_init(&der, CRYPTO_KEY_MAX);
	ck_assert_str_eq(key_pem_read(apam_str(damaged[_i]), &der, &numbers),
	    "the key is damaged");
	ck_assert_uint_eq(der.n, 3);
	ck_assert_mem_eq(der.p, "0\0\0", 3);
	buf_free(&der);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_pem");
	TCase *tc = tcase_create("key_pem");

	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, pem_has_a_line_that_begins, 0, ROWS(texts));
	tcase_add_loop_test(tc, each_block_is_decoded, 0, ROWS(damaged));
	return run_suite(suite);
}
