/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ECDSA and RSA sign a hash, so that their contexts can be used again without
 * being set up anew, which would fetch.  Ed25519 (RFC 8032) has no hash before
 * it, and takes the message.
 */
#include "crypto/object/asymmetric.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "crypto/object/fetched.h"
#include "crypto/object/hashing.h"
#include "crypto/object/key_inside.h"
#include "crypto/object/openssl_failure.h"

/* By enum apam_algorithm. */
static const struct algorithm {
	int32_t hash;
	const char *padding; /* RSA */
	const char *title;
} algorithms[] = {
	[APAM_ALG_ES256] = { APAM_HASH_SHA256, NULL, "ECDSA with SHA-256" },
	[APAM_ALG_ES256_DER] = { APAM_HASH_SHA256, NULL, "ECDSA with SHA-256" },
	[APAM_ALG_ES384] = { APAM_HASH_SHA384, NULL, "ECDSA with SHA-384" },
	[APAM_ALG_ES384_DER] = { APAM_HASH_SHA384, NULL, "ECDSA with SHA-384" },
	[APAM_ALG_ES512] = { APAM_HASH_SHA512, NULL, "ECDSA with SHA-512" },
	[APAM_ALG_ES512_DER] = { APAM_HASH_SHA512, NULL, "ECDSA with SHA-512" },
	[APAM_ALG_EDDSA] = { 0, NULL, "Ed25519" },
	[APAM_ALG_RS256] = { APAM_HASH_SHA256, OSSL_PKEY_RSA_PAD_MODE_PKCSV15,
	    "RSA with SHA-256" },
	[APAM_ALG_RS384] = { APAM_HASH_SHA384, OSSL_PKEY_RSA_PAD_MODE_PKCSV15,
	    "RSA with SHA-384" },
	[APAM_ALG_RS512] = { APAM_HASH_SHA512, OSSL_PKEY_RSA_PAD_MODE_PKCSV15,
	    "RSA with SHA-512" },
	[APAM_ALG_PS256] = { APAM_HASH_SHA256, OSSL_PKEY_RSA_PAD_MODE_PSS,
	    "RSA-PSS with SHA-256" },
	[APAM_ALG_PS384] = { APAM_HASH_SHA384, OSSL_PKEY_RSA_PAD_MODE_PSS,
	    "RSA-PSS with SHA-384" },
	[APAM_ALG_PS512] = { APAM_HASH_SHA512, OSSL_PKEY_RSA_PAD_MODE_PSS,
	    "RSA-PSS with SHA-512" },
};

/* ---- Contexts ----------------------------------------------------------- */

struct context {
	EVP_MD_CTX *hash; /* of the message; Ed25519: all there is */
	EVP_PKEY_CTX *pkey; /* ECDSA, RSA */
};

void
asymmetric_free(void *arg)
{
	struct context *c = arg;

	if (c == NULL)
		return;
	EVP_MD_CTX_free(c->hash);
	EVP_PKEY_CTX_free(c->pkey);
	free(c);
}

/* OSSL_PARAM has no const; nothing is written. */
static OSSL_PARAM
text(const char *name, const char *value)
{
	return OSSL_PARAM_construct_utf8_string(
	    name, (char *)(uintptr_t)value, 0);
}

/* NULL: as default_properties say. */
static const char *
query_of(const struct key_object *key)
{
	return key->query[0] == '\0' ? NULL : key->query;
}

static bool
set_up_hashed(struct context *c, const struct key_object *key,
    const struct algorithm *alg, bool verify)
{
	OSSL_PARAM params[4];
	size_t n = 0;

	params[n++] = text(
	    OSSL_SIGNATURE_PARAM_DIGEST, fetched_name(alg->hash));
	if (alg->padding != NULL)
		params[n++] = text(OSSL_SIGNATURE_PARAM_PAD_MODE, alg->padding);
	if (alg->padding != NULL && alg->padding[1] == 's')
		params[n++] = text(OSSL_SIGNATURE_PARAM_PSS_SALTLEN,
		    OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST);
	params[n] = OSSL_PARAM_construct_end();
	c->pkey = EVP_PKEY_CTX_new_from_pkey(
	    key->providers, key->pkey, query_of(key));
	if (c->pkey == NULL)
		return false;
	return (verify ? EVP_PKEY_verify_init_ex(c->pkey, params) :
			 EVP_PKEY_sign_init_ex(c->pkey, params)) == 1;
}

/* With `again`: once more with the key that it has. */
static bool
set_up_whole(
    EVP_MD_CTX *c, const struct key_object *key, bool verify, bool again)
{
	EVP_PKEY *pkey = again ? NULL : key->pkey;

	return (verify ? EVP_DigestVerifyInit_ex(c, NULL, NULL, key->providers,
			     query_of(key), pkey, NULL) :
			 EVP_DigestSignInit_ex(c, NULL, NULL, key->providers,
			     query_of(key), pkey, NULL)) == 1;
}

static struct context *
new_context(
    const struct key_object *key, const struct algorithm *alg, bool verify)
{
	struct context *c = calloc(1, sizeof(*c));
	bool ok;

	if (c == NULL)
		return NULL;
	c->hash = EVP_MD_CTX_new();
	ok = c->hash != NULL;
	if (ok && alg->hash == 0)
		ok = set_up_whole(c->hash, key, verify, false);
	else if (ok)
		ok = fetched_hash(alg->hash) != NULL &&
		    set_up_hashed(c, key, alg, verify);
	if (ok)
		return c;
	asymmetric_free(c);
	return NULL;
}

/* What a call works with. */
struct work {
	struct key_object *key;
	const struct algorithm *alg;
	const struct crypto_message *message;
	struct contexts *contexts;
	struct context *c;
	unsigned place;
	bool verify;
};

static bool
begin(struct work *w, int32_t algorithm, struct crypto_failure *failure)
{
	const size_t use = w->verify ? USE_VERIFY : USE_SIGN;

	w->alg = &algorithms[algorithm];
	w->contexts = contexts_at(&w->key->used[use + (size_t)algorithm]);
	if (w->contexts == NULL) {
		openssl_say(failure, APAM_E_MEMORY, "out of memory", "");
		return false;
	}
	openssl_begin();
	w->c = contexts_take(w->contexts, w->place);
	if (w->c == NULL)
		w->c = new_context(w->key, w->alg, w->verify);
	return w->c != NULL || openssl_absent(failure, w->alg->title);
}

/* One that failed is not used again. */
static bool
end(struct work *w, bool ok, struct crypto_failure *failure)
{
	if (!ok) {
		asymmetric_free(w->c);
		return openssl_fail(failure, "OpenSSL's signature failed");
	}
	asymmetric_free(contexts_put(w->contexts, w->place, w->c));
	return openssl_done();
}

/* The hash that is signed, into `to`. */
static bool
hash_message(const struct work *w, unsigned char *to, size_t *n)
{
	return hashing_run(
	    w->c->hash, fetched_hash(w->alg->hash), w->message, to, n);
}

/* A message in one part. */
static struct apam_str
whole(const struct crypto_message *message)
{
	return message->count == 0 ? APAM_STR("") : message->parts[0];
}

/* ---- Signing ------------------------------------------------------------ */

static bool
sign(const struct work *w, unsigned char *to, size_t *n)
{
	const struct apam_str bytes = whole(w->message);
	unsigned char hash[APAM_HASH_MAX];
	size_t size;

	*n = APAM_SIGNATURE_MAX;
	if (w->alg->hash != 0)
		return hash_message(w, hash, &size) &&
		    EVP_PKEY_sign(w->c->pkey, to, n, hash, size) == 1;
	return set_up_whole(w->c->hash, w->key, false, true) &&
	    EVP_DigestSign(w->c->hash, to, n, (const unsigned char *)bytes.p,
		bytes.n) == 1;
}

bool
asymmetric_sign(void *key, int32_t algorithm,
    const struct crypto_message *message, unsigned place, unsigned char *to,
    size_t *n, struct crypto_failure *failure)
{
	struct work w = { .key = key, .message = message, .place = place };
	bool ok;

	if (!begin(&w, algorithm, failure))
		return false;
	/*
	 * Where it has no memory to write one of ECDSA's, OpenSSL 3.0 says that
	 * it has signed, and that the signature has -1 bytes.
	 */
	ok = sign(&w, to, n) && *n <= APAM_SIGNATURE_MAX;
	return end(&w, ok, failure);
}

/* ---- Verifying ---------------------------------------------------------- */

/* 1: right; else not. */
static int
verify(const struct work *w, struct apam_str signature)
{
	const unsigned char *s = (const unsigned char *)signature.p;
	const struct apam_str bytes = whole(w->message);
	unsigned char hash[APAM_HASH_MAX];
	size_t size;

	if (w->alg->hash != 0 && hash_message(w, hash, &size))
		return EVP_PKEY_verify(w->c->pkey, s, signature.n, hash, size);
	if (w->alg->hash != 0 || !set_up_whole(w->c->hash, w->key, true, true))
		return -1;
	return EVP_DigestVerify(w->c->hash, s, signature.n,
	    (const unsigned char *)bytes.p, bytes.n);
}

bool
asymmetric_verify(void *key, int32_t algorithm,
    const struct crypto_message *message, struct apam_str signature,
    unsigned place, bool *right, struct crypto_failure *failure)
{
	struct work w = { key, NULL, message, NULL, NULL, place, true };

	*right = false;
	if (!begin(&w, algorithm, failure))
		return false;
	*right = verify(&w, signature) == 1;
	/* OpenSSL calls a malformed one an error: it is as wrong as others. */
	if (*right || !openssl_is_short())
		return end(&w, true, failure);
	return end(&w, false, failure);
}
