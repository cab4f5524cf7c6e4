/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The object that is linked to libcrypto, and the one place that calls it.
 *
 * Algorithms are fetched once, by name and without a property query of our own:
 * what an administrator's openssl.cnf says of default_properties decides, as
 * "fips=yes" does.  Each is fetched when it is first needed, so that one which
 * is not to be had keeps nobody from the others.  What was fetched is kept for
 * the life of the process.
 */
#include "crypto/object/openssl_object.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define KEY_SIZE 32

/* ---- Errors ----------------------------------------------------------- */

static void
say(struct crypto_failure *failure, enum apam_status status, const char *what,
    const char *why)
{
	failure->status = status;
	(void)snprintf(failure->text, sizeof(failure->text), "%s%s%s", what,
	    why[0] == '\0' ? "" : ": ", why);
}

/* The cause is the last error; those since ERR_set_mark leave the queue. */
static bool
fail(struct crypto_failure *failure, const char *what)
{
	const unsigned long code = ERR_peek_last_error();
	char why[160] = "";

	if (code != 0)
		ERR_error_string_n(code, why, sizeof(why));
	if (code == 0 || ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE)
		say(failure, APAM_E_MEMORY, "out of memory", "");
	else
		say(failure, APAM_E_INTERNAL, what, why);
	(void)ERR_pop_to_mark();
	return false;
}

static bool
succeed(void)
{
	(void)ERR_pop_to_mark();
	return true;
}

/* ---- What is fetched -------------------------------------------------- */

static _Atomic(EVP_MD *) sha256;
static _Atomic(EVP_KDF *) hkdf;
static _Atomic(EVP_CIPHER *) aes_gcm;

/* Two threads may fetch at once: the second gives its own back. */
static EVP_MD *
get_sha256(void)
{
	EVP_MD *mine, *there = atomic_load(&sha256);

	if (there != NULL)
		return there;
	mine = EVP_MD_fetch(NULL, OSSL_DIGEST_NAME_SHA2_256, NULL);
	if (mine == NULL ||
	    atomic_compare_exchange_strong(&sha256, &there, mine))
		return mine;
	EVP_MD_free(mine);
	return there;
}

static EVP_KDF *
get_hkdf(void)
{
	EVP_KDF *mine, *there = atomic_load(&hkdf);

	if (there != NULL)
		return there;
	mine = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_HKDF, NULL);
	if (mine == NULL || atomic_compare_exchange_strong(&hkdf, &there, mine))
		return mine;
	EVP_KDF_free(mine);
	return there;
}

static EVP_CIPHER *
get_aes_gcm(void)
{
	EVP_CIPHER *mine, *there = atomic_load(&aes_gcm);

	if (there != NULL)
		return there;
	mine = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	if (mine == NULL ||
	    atomic_compare_exchange_strong(&aes_gcm, &there, mine))
		return mine;
	EVP_CIPHER_free(mine);
	return there;
}

static const char another_openssl[] =
    "this program brings an OpenSSL along that is not version 3";
static const char bad_configuration[] = "OpenSSL's configuration is not right";

/*
 * A host that exports an OpenSSL of its own has its functions called here, as
 * far as it has them: version 1 has one that says its number, and lacks the
 * other.
 */
static bool
is_version_3(void)
{
	return OPENSSL_version_major() == OPENSSL_VERSION_MAJOR &&
	    OpenSSL_version_num() >> 28 == OPENSSL_VERSION_MAJOR;
}

/*
 * Reading openssl.cnf now, and not with the first fetch, tells what is wrong
 * with it.  If nobody has set OpenSSL up before, it cleans nothing up at exit:
 * the kernel does so sooner, and a thread of the host's may still be hashing.
 */
static bool
start(struct crypto_failure *failure)
{
	if (!is_version_3()) {
		say(failure, APAM_E_INTERNAL, another_openssl,
		    OpenSSL_version(OPENSSL_VERSION));
		return false;
	}
	/* Before any other call, for each would set up the end, too. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
	(void)ERR_set_mark();
	if (OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) != 1)
		return fail(failure, bad_configuration);
	return succeed();
}

/* ---- SHA-256 ---------------------------------------------------------- */

static const char no_hash[] =
    "OpenSSL has no SHA-256 for apam (see default_properties and providers in "
    "openssl.cnf)";
static const char no_sealing[] =
    "OpenSSL has no HKDF with SHA-256 or no AES-256-GCM for apam (see "
    "default_properties and providers in openssl.cnf)";

static void *
hash_new(struct crypto_failure *failure)
{
	EVP_MD_CTX *hash = NULL;
	EVP_MD *md;

	(void)ERR_set_mark();
	md = get_sha256();
	if (md != NULL)
		hash = EVP_MD_CTX_new();
	if (hash != NULL && EVP_DigestInit_ex2(hash, md, NULL) == 1) {
		(void)succeed();
		return hash;
	}
	(void)fail(failure, no_hash);
	EVP_MD_CTX_free(hash);
	return NULL;
}

static const char hash_failed[] = "OpenSSL's SHA-256 failed";

static bool
hash_put(
    void *hash, const void *bytes, size_t n, struct crypto_failure *failure)
{
	if (EVP_DigestUpdate(hash, bytes, n) == 1)
		return true;
	(void)ERR_set_mark();
	EVP_MD_CTX_free(hash);
	return fail(failure, hash_failed);
}

static bool
hash_end(void *hash, unsigned char to[CRYPTO_HASH_SIZE],
    struct crypto_failure *failure)
{
	bool ok;

	(void)ERR_set_mark();
	ok = EVP_DigestFinal_ex(hash, to, NULL) == 1;
	ok = ok ? succeed() : fail(failure, hash_failed);
	/* The provider wipes what it has. */
	EVP_MD_CTX_free(hash);
	return ok;
}

/* ---- AES-256-GCM ------------------------------------------------------ */

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
	EVP_KDF *kdf = get_hkdf();
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
	EVP_CIPHER *cipher = get_aes_gcm();
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

static bool
seal(const struct crypto_sealing *s, struct crypto_failure *failure)
{
	EVP_CIPHER_CTX *gcm;
	bool ok;

	(void)ERR_set_mark();
	gcm = cipher_new(s, true);
	ok = gcm != NULL && put_sealed(gcm, s) && finish(gcm, s);
	ok = ok ? succeed() : fail(failure, no_sealing);
	EVP_CIPHER_CTX_free(gcm);
	return ok;
}

static bool
open_sealed(
    const struct crypto_sealing *s, bool *right, struct crypto_failure *failure)
{
	unsigned char none[EVP_MAX_BLOCK_LENGTH];
	EVP_CIPHER_CTX *gcm;
	bool ok;
	int n;

	*right = false;
	(void)ERR_set_mark();
	gcm = cipher_new(s, false);
	ok = gcm != NULL && put_sealed(gcm, s) &&
	    EVP_CIPHER_CTX_ctrl(
		gcm, EVP_CTRL_AEAD_SET_TAG, CRYPTO_TAG_SIZE, s->tag) == 1;
	if (ok)
		*right = EVP_CipherFinal_ex(gcm, none, &n) == 1;
	ok = ok ? succeed() : fail(failure, no_sealing);
	EVP_CIPHER_CTX_free(gcm);
	if (!*right)
		OPENSSL_cleanse(s->bytes, s->n);
	return ok;
}

__attribute__((visibility("default")))
const struct crypto_object apam_internal = {
	.head = INTERNAL_HEAD(apam_internal),
	.start = start,
	.hash_new = hash_new,
	.hash_put = hash_put,
	.hash_end = hash_end,
	.seal = seal,
	.open = open_sealed,
};
