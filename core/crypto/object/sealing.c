/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AES-256-GCM under a key from HKDF.
 */
#include "crypto/object/sealing.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "crypto/object/fetched.h"
#include "crypto/object/openssl_failure.h"

#define KEY_SIZE 32

static const char no_sealing[] =
    "OpenSSL has no HKDF with SHA-256 or no AES-256-GCM for apam (see "
    "default_properties and providers in openssl.cnf)";

/* OSSL_PARAM has no const; nothing is written. */
static OSSL_PARAM
octets(const char *name, struct apam_str bytes)
{
	return OSSL_PARAM_construct_octet_string(
	    name, (void *)(uintptr_t)bytes.p, bytes.n);
}

static bool
derive(const struct crypto_sealing *s, unsigned char key[KEY_SIZE])
{
	static char digest[] = OSSL_DIGEST_NAME_SHA2_256;
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_KDF_PARAM_DIGEST, digest, 0),
		octets(OSSL_KDF_PARAM_KEY, s->secret),
		octets(OSSL_KDF_PARAM_SALT, s->salt),
		octets(OSSL_KDF_PARAM_INFO, s->info),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *kdf = fetched_hkdf();
	EVP_KDF_CTX *ctx = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
	const bool ok = ctx != NULL &&
	    EVP_KDF_derive(ctx, key, KEY_SIZE, params) == 1;

	EVP_KDF_CTX_free(ctx);
	return ok;
}

/* A cipher with its key, before its first bytes; NULL on failure. */
static EVP_CIPHER_CTX *
cipher_new(const struct crypto_sealing *s, bool encrypt)
{
	EVP_CIPHER *cipher = fetched_aes_gcm();
	EVP_CIPHER_CTX *gcm = cipher == NULL ? NULL : EVP_CIPHER_CTX_new();
	const unsigned char *nonce = encrypt ? NULL : s->nonce;
	unsigned char key[KEY_SIZE];

	if (gcm != NULL &&
	    (!derive(s, key) ||
		EVP_CipherInit_ex2(gcm, cipher, key, nonce, encrypt, NULL) !=
		    1)) {
		EVP_CIPHER_CTX_free(gcm);
		gcm = NULL;
	}
	OPENSSL_cleanse(key, sizeof(key));
	return gcm;
}

/* What is covered alone, then what is encrypted or decrypted, in place. */
static bool
put_sealed(EVP_CIPHER_CTX *gcm, const struct crypto_sealing *s)
{
	const unsigned char *covered = (const unsigned char *)s->covered.p;
	int n;

	return s->n <= INT_MAX && s->covered.n <= INT_MAX &&
	    EVP_CipherUpdate(gcm, NULL, &n, covered, (int)s->covered.n) == 1 &&
	    EVP_CipherUpdate(gcm, s->bytes, &n, s->bytes, (int)s->n) == 1;
}

static bool
finish(EVP_CIPHER_CTX *gcm, const struct crypto_sealing *s)
{
	unsigned char none[EVP_MAX_BLOCK_LENGTH];
	int n;

	return EVP_CipherFinal_ex(gcm, none, &n) == 1 &&
	    EVP_CIPHER_CTX_get_original_iv(gcm, s->nonce, CRYPTO_NONCE_SIZE) ==
	    1 &&
	    EVP_CIPHER_CTX_ctrl(
		gcm, EVP_CTRL_AEAD_GET_TAG, CRYPTO_TAG_SIZE, s->tag) == 1;
}

bool
sealing_seal(const struct crypto_sealing *s, struct crypto_failure *failure)
{
	EVP_CIPHER_CTX *gcm;
	bool ok;

	openssl_begin();
	gcm = cipher_new(s, true);
	ok = gcm != NULL && put_sealed(gcm, s) && finish(gcm, s);
	ok = ok ? openssl_done() : openssl_fail(failure, no_sealing);
	EVP_CIPHER_CTX_free(gcm);
	return ok;
}

bool
sealing_open(
    const struct crypto_sealing *s, bool *right, struct crypto_failure *failure)
{
	unsigned char none[EVP_MAX_BLOCK_LENGTH];
	EVP_CIPHER_CTX *gcm;
	bool ok;
	int n;

	*right = false;
	openssl_begin();
	gcm = cipher_new(s, false);
	ok = gcm != NULL && put_sealed(gcm, s) &&
	    EVP_CIPHER_CTX_ctrl(
		gcm, EVP_CTRL_AEAD_SET_TAG, CRYPTO_TAG_SIZE, s->tag) == 1;
	if (ok)
		*right = EVP_CipherFinal_ex(gcm, none, &n) == 1;
	ok = ok ? openssl_done() : openssl_fail(failure, no_sealing);
	EVP_CIPHER_CTX_free(gcm);
	if (!*right)
		OPENSSL_cleanse(s->bytes, s->n);
	return ok;
}
