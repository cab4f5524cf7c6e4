/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/crypto/jwk_write.c: thumbprints by RFC 7638, and keys that are
 * read again.  How other keys are written: check_key_text.c.
 */
#include "crypto/jwk_write.h"

#include "crypto/digest.h"
#include "crypto/jwk.h"
#include "crypto/key_text.h"
#include "support/digest_bytes.h"
#include "support/key_cases.h"
#include "support/run.h"
#include "support/test_keys.h"

static struct key_cases keys;
static struct apam_error err;
static char input[KEY_CASE_MAX];

static void
setup(void)
{
	err = (struct apam_error){ .size = sizeof(err), .entry = -1 };
}

/* ---- Thumbprints -------------------------------------------------------- */

static const struct {
	const char *name, *thumbprint;
} thumbprints[] = {
	/* RFC 7638, 3.1; RFC 8037, A.3. */
	{ "rfc7638", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" },
	{ "jwk-ed25519", "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" },
};

static int
case_named(const struct key_cases *from, const char *name)
{
	int i = 0;

	while (strcmp(key_case_name(from, i), name) != 0)
		ck_assert_int_lt(++i, from->count);
	return i;
}

START_TEST(published_thumbprints)
{
	const struct apam_str text = key_case_read(
	    &keys, case_named(&keys, thumbprints[_i].name), "input", input);
	struct apam_key *key;
	unsigned char digest[DIGEST_SIZE];
	struct buf jwk, got;

	buf_init(&jwk, CRYPTO_KEY_MAX);
	buf_init(&got, CRYPTO_KEY_MAX);
	ck_assert_int_eq(key_of_text(text, &key, &err), APAM_OK);
	ck_assert_int_eq(jwk_write(key, &jwk, &err), APAM_OK);
	ck_assert_int_eq(digest_bytes(buf_view(&jwk), digest, &err), APAM_OK);
	encode_base64url(
	    &got, (struct apam_str){ (char *)digest, sizeof(digest) });
	ck_assert_str_eq(buf_view(&got).p, thumbprints[_i].thumbprint);
	buf_free(&jwk);
	buf_free(&got);
	key_drop(&key);
}
END_TEST

/* ---- New keys, symmetric ones ------------------------------------------- */

START_TEST(a_new_key_has_a_jwk)
{
	struct apam_key *key, *same;
	struct buf jwk, again;

	for (int kind = APAM_KIND_EC_P256; kind <= KEY_KIND_LAST; kind++) {
		buf_init(&jwk, CRYPTO_KEY_MAX);
		buf_init(&again, CRYPTO_KEY_MAX);
		ck_assert_int_eq(key_generate(kind, &key, &err), APAM_OK);
		ck_assert_int_eq(jwk_write(key, &jwk, &err), APAM_OK);
		ck_assert_int_eq(
		    key_of_text(buf_view(&jwk), &same, &err), APAM_OK);
		ck_assert_int_eq(same->kind, kind);
		ck_assert_int_eq(jwk_write(same, &again, &err), APAM_OK);
		ck_assert_str_eq(buf_view(&again).p, buf_view(&jwk).p);
		key_drop(&key);
		key_drop(&same);
		buf_free(&jwk);
		buf_free(&again);
	}
}
END_TEST

START_TEST(a_symmetric_key_has_no_public_part)
{
	struct apam_key *key;
	struct buf jwk;

	buf_init(&jwk, CRYPTO_KEY_MAX);
	ck_assert_int_eq(key_of_text(APAM_STR("{\"kty\":\"oct\",\"k\":"
					      "\"YS1rZXk\"}"),
			     &key, &err),
	    APAM_OK);
	ck_assert_int_eq(jwk_write(key, &jwk, &err), APAM_E_USAGE);
	ck_assert_uint_eq(jwk.n, 0);
	key_drop(&key);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("jwk_write");
	TCase *tc = tcase_create("jwk_write");
	int failed;

	key_cases_find(&keys, "tests/vectors/key/valid");
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, published_thumbprints, 0, ROWS(thumbprints));
	tcase_add_test(tc, a_new_key_has_a_jwk);
	tcase_add_test(tc, a_symmetric_key_has_no_public_part);
	failed = run_suite(suite);
	key_cases_free(&keys);
	return failed;
}
