/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/crypto/jwk.c: the JWS of RFC 7515, appendix A, of RFC 7520 and
 * of RFC 8037 with their keys.  What else is read: check_key_text.c.
 */
#include "crypto/jwk.h"

#include "base/str.h"
#include "crypto/key_text.h"
#include "support/key_cases.h"
#include "support/run.h"
#include "support/test_keys.h"

static struct key_cases cases;
static struct apam_error err;
static char input[KEY_CASE_MAX], text[KEY_CASE_MAX], alg[KEY_CASE_MAX];

static void
setup(void)
{
	err = (struct apam_error){ .size = sizeof(err), .entry = -1 };
}

static struct apam_key *
read_key(const struct key_cases *from, int i, const char *file)
{
	struct apam_key *key;

	ck_assert_msg(key_of_text(key_case_read(from, i, file, input), &key,
			  &err) == APAM_OK,
	    "%s: %s", key_case_name(from, i), err.text);
	return key;
}

/* ---- JWS ---------------------------------------------------------------- */

static const struct {
	const char *name;
	int32_t number;
	bool is_hash, is_random;
} algorithms[] = {
	{ "HS256", APAM_HASH_SHA256, true, false },
	{ "RS256", APAM_ALG_RS256, false, false },
	{ "PS384", APAM_ALG_PS384, false, true },
	{ "ES256", APAM_ALG_ES256, false, true },
	{ "ES512", APAM_ALG_ES512, false, true },
	{ "EdDSA", APAM_ALG_EDDSA, false, false },
};

static int
algorithm_of(int i)
{
	int row = 0;

	(void)key_case_line(&cases, i, "alg", alg);
	while (strcmp(algorithms[row].name, alg) != 0)
		ck_assert_int_lt(++row, ROWS(algorithms));
	return row;
}

/* By the key, in the compact form's base64url. */
static void
is_signed(const struct apam_key *key, int row,
    const struct crypto_message *message, struct apam_str wanted)
{
	unsigned char to[APAM_SIGNATURE_MAX];
	struct key_signature made = { to, sizeof(to), 0 };
	struct buf got;

	if (algorithms[row].is_hash)
		ck_assert_int_eq(key_hmac(key, algorithms[row].number, message,
				     to, &made.n, &err),
		    APAM_OK);
	else
		ck_assert_int_eq(
		    key_sign(key, algorithms[row].number, message, &made, &err),
		    APAM_OK);
	buf_init(&got, sizeof(text));
	encode_base64url(&got, (struct apam_str){ (char *)to, made.n });
	ck_assert_str_eq(buf_view(&got).p, wanted.p);
	buf_free(&got);
}

START_TEST(published_signatures)
{
	const struct apam_str jws = key_case_line(&cases, _i, "jws", text);
	const char *dot = strrchr(text, '.');
	const struct apam_str part = { jws.p, (size_t)(dot - jws.p) };
	const struct apam_str signature = apam_str(dot + 1);
	const struct crypto_message message = { &part, 1 };
	struct apam_key *key = read_key(&cases, _i, "key");
	const int row = algorithm_of(_i);
	struct buf bytes;

	if (!algorithms[row].is_random)
		is_signed(key, row, &message, signature);
	buf_init(&bytes, sizeof(text));
	ck_assert(decode_base64url(&bytes, signature));
	if (!algorithms[row].is_hash)
		ck_assert_msg(key_verify(key, algorithms[row].number, &message,
				  buf_view(&bytes), &err) == APAM_OK,
		    "%s: %s", key_case_name(&cases, _i), err.text);
	buf_free(&bytes);
	key_drop(&key);
}
END_TEST

START_TEST(a_symmetric_key_is_read)
{
	struct apam_key *key;

	ck_assert_int_eq(key_of_text(APAM_STR("{\"kty\":\"oct\",\"k\":"
					      "\"YS1rZXk\"}"),
			     &key, &err),
	    APAM_OK);
	ck_assert_int_eq(key->kind, APAM_KIND_SYMMETRIC);
	ck_assert(str_equal(buf_view(&key->bytes), APAM_STR("a-key")));
	key_drop(&key);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("jwk");
	TCase *tc = tcase_create("jwk");
	int failed;

	key_cases_find(&cases, "tests/vectors/jws");
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, published_signatures, 0, cases.count);
	tcase_add_test(tc, a_symmetric_key_is_read);
	failed = run_suite(suite);
	key_cases_free(&cases);
	return failed;
}
