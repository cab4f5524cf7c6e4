/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of core/crypto/object/lone_cipher.c: it finds the cipher that a fetch
 * would find, and does not where a fetch may find another.
 *
 * Each test is a process of its own, which has not set OpenSSL up yet.
 */
#include "crypto/object/lone_cipher.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/provider.h>
#include <stdbool.h>
#include <string.h>

#include "support/run.h"

/* Both are for the life of the process. */
static EVP_MD *sha256;
static EVP_CIPHER *lone;

static void
look(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	ck_assert_ptr_nonnull(sha256);
	lone = lone_cipher(sha256);
}

/* Encrypts with it; the tag. */
static void
use(EVP_CIPHER *cipher, unsigned char tag[16])
{
	static const unsigned char key[32] = "not a secret", nonce[12] = "once";
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	unsigned char out[16];
	int n;

	ck_assert_int_eq(EVP_EncryptInit_ex2(ctx, cipher, key, nonce, NULL), 1);
	ck_assert_int_eq(EVP_EncryptUpdate(ctx, out, &n, key, 16), 1);
	ck_assert_int_eq(EVP_EncryptFinal_ex(ctx, out, &n), 1);
	ck_assert_int_eq(
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, tag), 1);
	EVP_CIPHER_CTX_free(ctx);
}

START_TEST(it_is_the_cipher_that_a_fetch_finds)
{
	unsigned char one[16], other[16];
	EVP_CIPHER *fetched;

	look();
	ck_assert_ptr_nonnull(lone);
	ck_assert_str_eq(
	    OSSL_PROVIDER_get0_name(EVP_CIPHER_get0_provider(lone)), "apam");
	fetched = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	ck_assert_ptr_nonnull(fetched);
	use(lone, one);
	use(fetched, other);
	ck_assert_mem_eq(one, other, sizeof(one));
	EVP_CIPHER_free(fetched);
}
END_TEST

/* A host does not see our provider. */
START_TEST(the_host_does_not_see_it)
{
	look();
	ck_assert_ptr_nonnull(lone);
	ck_assert_int_eq(OSSL_PROVIDER_available(NULL, "apam"), 0);
	ck_assert_int_eq(OSSL_PROVIDER_available(NULL, "default"), 1);
}
END_TEST

START_TEST(among_two_providers_a_fetch_chooses)
{
	ck_assert_ptr_nonnull(OSSL_PROVIDER_load(NULL, "default"));
	ck_assert_ptr_nonnull(OSSL_PROVIDER_load(NULL, "base"));
	look();
	ck_assert_ptr_null(lone);
}
END_TEST

/* ---- A provider that is not like others --------------------------------- */

static const struct {
	const char *name;
	const char *names, *properties; /* of the cipher */
	bool twice, no_cache;
	bool found;
} cases[] = {
	{ "as the hash", "AES-256-GCM:other", "provider=odd", false, false,
	    true },
	{ "a later name", "other:aes-256-gcm", "provider=odd", false, false,
	    true },
	{ "other properties", "AES-256-GCM", "provider=odd,fips=no", false,
	    false, false },
	{ "another name", "AES-256-GCM-SIV:MY-AES-256-GCM", "provider=odd",
	    false, false, false },
	{ "two of the name", "AES-256-GCM", "provider=odd", true, false,
	    false },
	{ "not to be kept", "AES-256-GCM", "provider=odd", false, true, false },
};

static OSSL_PROVIDER *whole; /* in a context of its own */
static OSSL_ALGORITHM hashes[2], ciphers[3];
static int kept;

static void
take(int kind, const char *name, OSSL_ALGORITHM *to)
{
	int no_cache;
	const OSSL_ALGORITHM *a = OSSL_PROVIDER_query_operation(
	    whole, kind, &no_cache);

	while (strncmp(a->algorithm_names, name, strlen(name)) != 0)
		a++;
	*to = *a;
}

static const OSSL_ALGORITHM *
query(void *ctx, int kind, int *no_cache)
{
	(void)ctx;
	*no_cache = kind == OSSL_OP_CIPHER && !kept;
	return kind == OSSL_OP_CIPHER ? ciphers :
	    kind == OSSL_OP_DIGEST    ? hashes :
					NULL;
}

static const OSSL_DISPATCH functions[] = {
	{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
	{ 0, NULL },
};

static int
odd(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **ctx)
{
	(void)handle;
	(void)in;
	*out = functions;
	*ctx = OSSL_PROVIDER_get0_provider_ctx(whole);
	return 1;
}

START_TEST(a_provider_may_be_odd)
{
	whole = OSSL_PROVIDER_load(OSSL_LIB_CTX_new(), "default");
	ck_assert_ptr_nonnull(whole);
	take(OSSL_OP_DIGEST, "SHA2-256", &hashes[0]);
	hashes[0].property_definition = "provider=odd";
	take(OSSL_OP_CIPHER, "AES-256-GCM", &ciphers[0]);
	ciphers[0].algorithm_names = cases[_i].names;
	ciphers[0].property_definition = cases[_i].properties;
	if (cases[_i].twice)
		ciphers[1] = ciphers[0];
	kept = !cases[_i].no_cache;
	ck_assert_int_eq(OSSL_PROVIDER_add_builtin(NULL, "odd", odd), 1);
	ck_assert_ptr_nonnull(OSSL_PROVIDER_load(NULL, "odd"));
	look();
	ck_assert_msg((lone != NULL) == cases[_i].found, "%s", cases[_i].name);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("lone_cipher");
	TCase *tc = tcase_create("lone_cipher");

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, it_is_the_cipher_that_a_fetch_finds);
	tcase_add_test(tc, the_host_does_not_see_it);
	tcase_add_test(tc, among_two_providers_a_fetch_chooses);
	tcase_add_loop_test(tc, a_provider_may_be_odd, 0, ROWS(cases));
	return run_suite(suite);
}
