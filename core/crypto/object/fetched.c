/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two threads may fetch at once: the second gives its own back.
 */
#include "crypto/object/fetched.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <stdatomic.h>

#include "crypto/object/openssl_object.h"

/* By enum apam_hash. */
static const struct {
	const char *name, *title;
} hashes[] = {
	[APAM_HASH_SHA256] = { OSSL_DIGEST_NAME_SHA2_256, "SHA-256" },
	[APAM_HASH_SHA384] = { OSSL_DIGEST_NAME_SHA2_384, "SHA-384" },
	[APAM_HASH_SHA512] = { OSSL_DIGEST_NAME_SHA2_512, "SHA-512" },
	[APAM_HASH_SHA512_256] = { OSSL_DIGEST_NAME_SHA2_512_256,
	    "SHA-512/256" },
	[APAM_HASH_SHA1] = { OSSL_DIGEST_NAME_SHA1, "SHA-1" },
	[APAM_HASH_MD5] = { OSSL_DIGEST_NAME_MD5, "MD5" },
};

const char *
fetched_name(int32_t hash)
{
	return hashes[hash].name;
}

const char *
fetched_title(int32_t hash)
{
	return hashes[hash].title;
}

EVP_MD *
fetched_hash(int32_t hash)
{
	static _Atomic(EVP_MD *) kept[sizeof(hashes) / sizeof(hashes[0])];
	EVP_MD *mine, *there = atomic_load(&kept[hash]);

	if (there != NULL)
		return there;
	mine = EVP_MD_fetch(NULL, hashes[hash].name, NULL);
	if (mine == NULL ||
	    atomic_compare_exchange_strong(&kept[hash], &there, mine))
		return mine;
	EVP_MD_free(mine);
	return there;
}

EVP_MAC *
fetched_hmac(void)
{
	static _Atomic(EVP_MAC *) kept;
	EVP_MAC *mine, *there = atomic_load(&kept);

	if (there != NULL)
		return there;
	mine = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
	if (mine == NULL || atomic_compare_exchange_strong(&kept, &there, mine))
		return mine;
	EVP_MAC_free(mine);
	return there;
}

EVP_KDF *
fetched_hkdf(void)
{
	static _Atomic(EVP_KDF *) kept;
	EVP_KDF *mine, *there = atomic_load(&kept);

	if (there != NULL)
		return there;
	mine = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_HKDF, NULL);
	if (mine == NULL || atomic_compare_exchange_strong(&kept, &there, mine))
		return mine;
	EVP_KDF_free(mine);
	return there;
}

EVP_CIPHER *
fetched_aes_gcm(void)
{
	static _Atomic(EVP_CIPHER *) kept;
	EVP_CIPHER *mine, *there = atomic_load(&kept);

	if (there != NULL)
		return there;
	mine = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	if (mine == NULL || atomic_compare_exchange_strong(&kept, &there, mine))
		return mine;
	EVP_CIPHER_free(mine);
	return there;
}
