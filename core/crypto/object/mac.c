/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HMAC by OpenSSL's own, which a provider for FIPS 140 vouches for; not by its
 * hash.  A context has the key and the hash, and begins anew with them.
 */
#include "crypto/object/mac.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "crypto/object/fetched.h"
#include "crypto/object/key_inside.h"
#include "crypto/object/openssl_failure.h"

void
mac_free(void *context)
{
	EVP_MAC_CTX_free(context);
}

/* Ready to begin with a message. */
static EVP_MAC_CTX *
new_context(const struct key_object *key, int32_t hash)
{
	const char *name = fetched_name(hash);
	/* OSSL_PARAM has no const; nothing is written. */
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t)name, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = fetched_hmac();
	EVP_MAC_CTX *context = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);

	if (context != NULL &&
	    EVP_MAC_init(context, (const unsigned char *)key->bytes.p,
		key->bytes.n, params) != 1) {
		EVP_MAC_CTX_free(context);
		context = NULL;
	}
	return context;
}

static bool
run(EVP_MAC_CTX *context, const struct crypto_message *message,
    unsigned char *to, size_t *n)
{
	bool ok = EVP_MAC_init(context, NULL, 0, NULL) == 1;

	for (size_t i = 0; ok && i < message->count; i++)
		ok = EVP_MAC_update(context,
			 (const unsigned char *)message->parts[i].p,
			 message->parts[i].n) == 1;
	return ok && EVP_MAC_final(context, to, n, APAM_HASH_MAX) == 1;
}

/* One that was put back, or a new one; NULL with *failure set. */
static EVP_MAC_CTX *
take(struct key_object *key, int32_t hash, struct contexts *contexts,
    unsigned place, struct crypto_failure *failure)
{
	EVP_MAC_CTX *context = contexts_take(contexts, place);

	if (context != NULL)
		return context;
	/* With a hash that is not to be had, HMAC would not say which. */
	if (fetched_hash(hash) == NULL) {
		(void)openssl_absent(failure, fetched_title(hash));
		return NULL;
	}
	context = new_context(key, hash);
	if (context == NULL)
		(void)openssl_absent(failure, "HMAC");
	return context;
}

bool
mac_hmac(void *arg, int32_t hash, const struct crypto_message *message,
    unsigned place, unsigned char *to, size_t *n,
    struct crypto_failure *failure)
{
	struct key_object *key = arg;
	struct contexts *contexts = contexts_at(&key->used[USE_HMAC + hash]);
	EVP_MAC_CTX *context;

	if (contexts == NULL) {
		openssl_say(failure, APAM_E_MEMORY, "out of memory", "");
		return false;
	}
	openssl_begin();
	context = take(key, hash, contexts, place, failure);
	if (context == NULL)
		return false;
	if (!run(context, message, to, n)) {
		EVP_MAC_CTX_free(context);
		return openssl_fail(failure, "OpenSSL's HMAC failed");
	}
	EVP_MAC_CTX_free(contexts_put(contexts, place, context));
	return openssl_done();
}
