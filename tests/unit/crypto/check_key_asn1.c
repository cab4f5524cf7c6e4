/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/crypto/key_asn1.c: with any byte changed or cut off, what comes
 * out lies within what came in.  Which keys are read: check_key_text.c.
 */
#include "crypto/key_asn1.h"

#include "crypto/key_pem.h"
#include "support/key_cases.h"
#include "support/run.h"

static struct key_cases cases;
static char input[KEY_CASE_MAX];

static const char *(*const readers[])(
    struct apam_str der, struct crypto_numbers *numbers) = { key_asn1_pkcs8,
	key_asn1_rsa, key_asn1_rsa_public, key_asn1_ec, key_asn1_public };

/* All readers on these bytes; how many took them for a key. */
static int
read_all(struct apam_str der)
{
	struct crypto_numbers numbers;
	int keys = 0;

	for (int k = 0; k < ROWS(readers); k++) {
		memset(&numbers, 0, sizeof(numbers));
		if (readers[k](der, &numbers) != NULL)
			continue;
		keys++;
		ck_assert_int_ge(numbers.kind, APAM_KIND_EC_P256);
		ck_assert_int_le(numbers.kind, KEY_KIND_LAST);
		for (int i = 0; i < CRYPTO_NUMBERS; i++) {
			if (numbers.at[i].n == 0)
				continue;
			ck_assert(numbers.at[i].p >= der.p);
			ck_assert_uint_le(numbers.at[i].n, der.n);
			ck_assert(
			    numbers.at[i].p + numbers.at[i].n <= der.p + der.n);
		}
	}
	return keys;
}

START_TEST(bytes_that_were_changed)
{
	struct apam_str text = key_case_read(&cases, _i, "input", input);
	struct crypto_numbers numbers;
	struct buf der;

	if (!key_pem_is(text))
		return;
	buf_init(&der, CRYPTO_KEY_MAX);
	ck_assert_ptr_null(key_pem_read(text, &der, &numbers));
	ck_assert_int_eq(read_all(buf_view(&der)), 1);
	for (size_t i = 0; i < der.n; i++) {
		for (int bit = 1; bit < 256; bit <<= 1) {
			der.p[i] = (char)(der.p[i] ^ bit);
			(void)read_all(buf_view(&der));
			der.p[i] = (char)(der.p[i] ^ bit);
		}
		ck_assert_int_eq(read_all((struct apam_str){ der.p, i }), 0);
		ck_assert_int_eq(read_all((struct apam_str){
				     der.p + i + 1, der.n - i - 1 }) > 1,
		    0);
	}
	buf_free(&der);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_asn1");
	TCase *tc = tcase_create("key_asn1");
	int failed;

	key_cases_find(&cases, "tests/vectors/key/valid");
	suite_add_tcase(suite, tc);
	tcase_add_loop_test(tc, bytes_that_were_changed, 0, cases.count);
	failed = run_suite(suite);
	key_cases_free(&cases);
	return failed;
}
