/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/crypto/key_der.c: OpenSSL, which did not write it, reads a
 * private key of each kind, and finds the same key.
 */
#include "crypto/key_der.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/secmem.h"
#include "support/run.h"
#include "support/test_keys.h"

static struct apam_error err;
static struct buf der;
static int live;

static void
setup(void)
{
	err = (struct apam_error){ .size = sizeof(err), .entry = -1 };
	live = secmem_live();
	buf_init(&der, KEY_DER_MAX);
}

static void
teardown(void)
{
	buf_free(&der);
	ck_assert_int_eq(secmem_live(), live);
}

static EVP_PKEY *
read_by_openssl(void)
{
	const unsigned char *at = (const unsigned char *)buf_view(&der).p;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(
	    NULL, &at, (long)der.n);
	EVP_PKEY *pkey;

	ck_assert_ptr_nonnull(info);
	ck_assert_ptr_eq(at, buf_view(&der).p + der.n);
	pkey = EVP_PKCS82PKEY(info);
	ck_assert_ptr_nonnull(pkey);
	PKCS8_PRIV_KEY_INFO_free(info);
	return pkey;
}

/* The same public number, as apam and as OpenSSL have it. */
static void
ck_assert_number(const struct apam_key *key, const EVP_PKEY *pkey,
    enum crypto_number which, const char *name)
{
	unsigned char ours[2048], theirs[2048];
	struct crypto_failure failure;
	BIGNUM *number = NULL;
	size_t n, m;

	ck_assert(key->crypto->key_number(
	    key->object, which, ours, sizeof(ours), &n, &failure));
	if (key->kind == APAM_KIND_ED25519) {
		m = sizeof(theirs);
		ck_assert_int_eq(
		    EVP_PKEY_get_raw_public_key(pkey, theirs, &m), 1);
	} else {
		ck_assert_int_eq(EVP_PKEY_get_bn_param(pkey, name, &number), 1);
		m = (size_t)BN_bn2binpad(number, theirs, (int)n);
		BN_free(number);
	}
	ck_assert_uint_eq(n, m);
	ck_assert_mem_eq(ours, theirs, n);
}

static const struct {
	int32_t kind;
	const char *number, *name;
} kinds[] = {
	{ APAM_KIND_EC_P256, OSSL_PKEY_PARAM_EC_PUB_X, "P-256" },
	{ APAM_KIND_EC_P384, OSSL_PKEY_PARAM_EC_PUB_X, "P-384" },
	{ APAM_KIND_EC_P521, OSSL_PKEY_PARAM_EC_PUB_X, "P-521" },
	{ APAM_KIND_ED25519, "", "Ed25519" },
	{ APAM_KIND_RSA, OSSL_PKEY_PARAM_RSA_N, "RSA" },
};

START_TEST(a_private_key_is_written)
{
	EVP_PKEY_CTX *ctx;
	struct apam_key *key;
	EVP_PKEY *pkey;

	/* Now and then a number begins with zeros, or with a high bit. */
	for (int i = 0; i < (kinds[_i].kind == APAM_KIND_RSA ? 1 : 40); i++) {
		ck_assert_int_eq(
		    key_generate(kinds[_i].kind, &key, &err), APAM_OK);
		ck_assert_msg(key_der(key, &der, &err) == APAM_OK, "%s: %s",
		    kinds[_i].name, err.text);
		pkey = read_by_openssl();
		ck_assert_number(key, pkey,
		    kinds[_i].kind == APAM_KIND_RSA ? CRYPTO_N : CRYPTO_X,
		    kinds[_i].number);
		ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
		ck_assert_msg(kinds[_i].kind == APAM_KIND_ED25519 ||
			EVP_PKEY_pairwise_check(ctx) == 1,
		    "%s", kinds[_i].name);
		EVP_PKEY_CTX_free(ctx);
		EVP_PKEY_free(pkey);
		key_drop(&key);
		buf_truncate(&der, 0);
	}
}
END_TEST

/* RFC 8410, 10.3. */
START_TEST(an_ed25519_key_is_that_of_the_rfc)
{
	unsigned char seed[32];
	struct crypto_numbers numbers = { .kind = APAM_KIND_ED25519 };
	struct apam_key *key;

	numbers.at[CRYPTO_D] = from_hex("d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c"
					"28cbf1d4fbe097a88f44755842",
	    seed, sizeof(seed));
	ck_assert_int_eq(key_of_numbers(&numbers, &key, &err), APAM_OK);
	ck_assert_int_eq(key_der(key, &der, &err), APAM_OK);
	is_hex((const unsigned char *)buf_view(&der).p, der.n,
	    "302e020100300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3a"
	    "fe7c28cbf1d4fbe097a88f44755842",
	    "the RFC's");
	key_drop(&key);
}
END_TEST

START_TEST(without_a_private_part_nothing_is_written)
{
	unsigned char x[32];
	struct crypto_numbers numbers = { .kind = APAM_KIND_ED25519 };
	struct apam_key *keys[2];

	numbers.at[CRYPTO_X] = from_hex("19bf44096984cdfe8541bac167dc3b96c85086"
					"aa30b6b6cb0c5c38ad703166e1",
	    x, sizeof(x));
	ck_assert_int_eq(key_of_numbers(&numbers, &keys[0], &err), APAM_OK);
	keys[1] = symmetric_key(APAM_STR("FAKE"));
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(key_der(keys[i], &der, &err), APAM_E_USAGE);
		ck_assert_uint_eq(der.n, 0);
		key_drop(&keys[i]);
	}
}
END_TEST

START_TEST(rsa_needs_its_primes)
{
	unsigned char bytes[3][2048];
	static const enum crypto_number which[] = { CRYPTO_N, CRYPTO_E,
		CRYPTO_D };
	struct crypto_numbers numbers = { .kind = APAM_KIND_RSA };
	struct crypto_failure failure;
	struct apam_key *whole, *key;

	ck_assert_int_eq(key_generate(APAM_KIND_RSA, &whole, &err), APAM_OK);
	for (int i = 0; i < 3; i++) {
		ck_assert(whole->crypto->key_private(whole->object, which[i],
		    bytes[i], sizeof(bytes[i]), &numbers.at[which[i]].n,
		    &failure));
		numbers.at[which[i]].p = (const char *)bytes[i];
	}
	ck_assert_int_eq(key_of_numbers(&numbers, &key, &err), APAM_OK);
	ck_assert_int_eq(key_der(key, &der, &err), APAM_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "such as a prime"));
	ck_assert_uint_eq(der.n, 0);
	key_drop(&key);
	key_drop(&whole);
}
END_TEST

START_TEST(any_allocation_may_fail)
{
	enum apam_status status = APAM_E_MEMORY;
	struct apam_key *key;
	int n;

	ck_assert_int_eq(key_generate(APAM_KIND_RSA, &key, &err), APAM_OK);
	for (n = 0; n < 100 && status != APAM_OK; n++) {
		buf_free(&der);
		buf_init(&der, KEY_DER_MAX);
		err = (struct apam_error){ .size = sizeof(err) };
		secmem_fail_after(n);
		status = key_der(key, &der, &err);
		secmem_fail_after(-1);
		ck_assert_msg(status == APAM_OK ||
			(status == APAM_E_MEMORY && der.n == 0),
		    "%d: %s", n, err.text);
	}
	ck_assert_int_eq(status, APAM_OK);
	ck_assert_int_gt(n, 3);
	EVP_PKEY_free(read_by_openssl());
	key_drop(&key);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key_der");
	TCase *tc = tcase_create("key_der");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_private_key_is_written, 0, ROWS(kinds));
	tcase_add_test(tc, an_ed25519_key_is_that_of_the_rfc);
	tcase_add_test(tc, without_a_private_part_nothing_is_written);
	tcase_add_test(tc, rsa_needs_its_primes);
	tcase_add_test(tc, any_allocation_may_fail);
	return run_suite(suite);
}
