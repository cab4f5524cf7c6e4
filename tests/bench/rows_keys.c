/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of keys: what modules do by a handle, compared with OpenSSL's own
 * context, set up once and used again in the same run.  The handles are those
 * of the core, which this program is linked to for that.
 */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdio.h>

#include "bench.h"
#include "crypto/key_use.h"

#define ROUNDS 15
#define MESSAGE 256

static const char secret[] = "0123456789abcdef0123456789abcdef";
static const char bytes[MESSAGE] = "a message";
static const struct apam_str part = { bytes, sizeof(bytes) };
static const struct crypto_message message = { &part, 1 };

/* ---- By handle ---------------------------------------------------------- */

static struct apam_key *
hmac_key(void)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_key *key;

	need(
	    key_of_bytes(APAM_STR(""), APAM_STR(secret), &key, &err) == APAM_OK,
	    err.text);
	return key;
}

static void
hmac_by_handle(void *arg, size_t n)
{
	struct apam_error err = APAM_ERROR_INIT;
	unsigned char mac[APAM_HASH_MAX];
	size_t size;

	for (size_t i = 0; i < n; i++) {
		need(key_hmac(arg, APAM_HASH_SHA256, &message, mac, &size,
			 &err) == APAM_OK,
		    err.text);
		use(mac);
	}
}

static void
sign_by_handle(void *arg, size_t n)
{
	struct apam_error err = APAM_ERROR_INIT;
	unsigned char bits[APAM_SIGNATURE_MAX];
	struct key_signature signature = { bits, sizeof(bits), 0 };

	for (size_t i = 0; i < n; i++) {
		need(key_sign(arg, APAM_ALG_ES256, &message, &signature,
			 &err) == APAM_OK,
		    err.text);
		use(bits);
	}
}

/* ---- OpenSSL's own ------------------------------------------------------ */

static void
hmac_raw(void *arg, size_t n)
{
	unsigned char mac[APAM_HASH_MAX];
	size_t size;

	for (size_t i = 0; i < n; i++) {
		need(EVP_MAC_init(arg, NULL, 0, NULL) == 1 &&
			EVP_MAC_update(arg, (const unsigned char *)bytes,
			    sizeof(bytes)) == 1 &&
			EVP_MAC_final(arg, mac, &size, sizeof(mac)) == 1,
		    "OpenSSL's HMAC failed");
		use(mac);
	}
}

static EVP_MAC_CTX *
raw_mac(void)
{
	static char digest[] = "SHA2-256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *context = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);

	need(context != NULL &&
		EVP_MAC_init(context, (const unsigned char *)secret,
		    sizeof(secret) - 1, params) == 1,
	    "OpenSSL has no HMAC");
	EVP_MAC_free(mac);
	return context;
}

/* A hash and a signature, both in contexts that are there. */
struct raw_signer {
	EVP_MD *md;
	EVP_MD_CTX *hash;
	EVP_PKEY_CTX *pkey;
};

static void
sign_raw(void *arg, size_t n)
{
	const struct raw_signer *r = arg;
	unsigned char hash[APAM_HASH_MAX], bits[APAM_SIGNATURE_MAX];
	size_t size;

	for (size_t i = 0; i < n; i++) {
		size = sizeof(bits);
		need(EVP_DigestInit_ex2(r->hash, r->md, NULL) == 1 &&
			EVP_DigestUpdate(r->hash, bytes, sizeof(bytes)) == 1 &&
			EVP_DigestFinal_ex(r->hash, hash, NULL) == 1 &&
			EVP_PKEY_sign(r->pkey, bits, &size, hash, 32) == 1,
		    "OpenSSL's ECDSA failed");
		use(bits);
	}
}

/* ---- Rows --------------------------------------------------------------- */

static void
compare(struct loop *mine, struct loop *theirs, struct result *result)
{
	const struct work a = loop_work(mine), b = loop_work(theirs);
	const unsigned long before = allocations();

	measure(&a, &b, ROUNDS, result);
	(void)snprintf(result->note, sizeof(result->note),
	    "%lu allocations in the whole row, OpenSSL's own among them",
	    allocations() - before);
}

void
run_key_hmac(struct result *result)
{
	struct apam_key *key = hmac_key();
	EVP_MAC_CTX *context = raw_mac();
	struct loop mine = { hmac_by_handle, key, 0 };
	struct loop theirs = { hmac_raw, context, 0 };

	compare(&mine, &theirs, result);
	EVP_MAC_CTX_free(context);
	key_drop(&key);
}

void
run_key_es256(struct result *result)
{
	struct apam_error err = APAM_ERROR_INIT;
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	struct raw_signer raw = { EVP_MD_fetch(NULL, "SHA2-256", NULL),
		EVP_MD_CTX_new(),
		EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL) };
	struct apam_key *key;
	struct loop mine = { sign_by_handle, NULL, 0 };
	struct loop theirs = { sign_raw, &raw, 0 };

	need(key_generate(APAM_KIND_EC_P256, &key, &err) == APAM_OK, err.text);
	need(raw.pkey != NULL && EVP_PKEY_sign_init(raw.pkey) == 1,
	    "OpenSSL has no ECDSA");
	mine.arg = key;
	compare(&mine, &theirs, result);
	key_drop(&key);
	EVP_PKEY_CTX_free(raw.pkey);
	EVP_MD_CTX_free(raw.hash);
	EVP_MD_free(raw.md);
	EVP_PKEY_free(pkey);
}

void
run_key_hmac_2t(struct result *result)
{
	struct apam_key *key = hmac_key();
	struct loop mine = { hmac_by_handle, key, 0 };

	result->ratio = measure_scale(&mine, result);
	key_drop(&key);
}
