/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hashes: one that goes on from call to call, and whole messages in contexts
 * that are kept for the life of the process.
 */
#include "crypto/object/hashing.h"

#include <openssl/evp.h>

#include "crypto/object/contexts.h"
#include "crypto/object/fetched.h"
#include "crypto/object/openssl_failure.h"

/* ---- Piece by piece ----------------------------------------------------- */

static const char hash_failed[] = "OpenSSL's hash failed";

void *
hashing_new(int32_t hash, struct crypto_failure *failure)
{
	EVP_MD_CTX *context = NULL;
	EVP_MD *md;

	openssl_begin();
	md = fetched_hash(hash);
	if (md != NULL)
		context = EVP_MD_CTX_new();
	if (context != NULL && EVP_DigestInit_ex2(context, md, NULL) == 1) {
		(void)openssl_done();
		return context;
	}
	(void)openssl_absent(failure, fetched_title(hash));
	EVP_MD_CTX_free(context);
	return NULL;
}

bool
hashing_put(
    void *hash, const void *bytes, size_t n, struct crypto_failure *failure)
{
	openssl_begin();
	if (EVP_DigestUpdate(hash, bytes, n) == 1)
		return openssl_done();
	EVP_MD_CTX_free(hash);
	return openssl_fail(failure, hash_failed);
}

bool
hashing_end(
    void *hash, unsigned char *to, size_t *n, struct crypto_failure *failure)
{
	unsigned size = 0;
	bool ok;

	openssl_begin();
	ok = EVP_DigestFinal_ex(hash, to, &size) == 1;
	ok = ok ? openssl_done() : openssl_fail(failure, hash_failed);
	*n = size;
	/* The provider wipes what it has. */
	EVP_MD_CTX_free(hash);
	return ok;
}

/* ---- Whole messages ----------------------------------------------------- */

bool
hashing_run(EVP_MD_CTX *context, EVP_MD *md,
    const struct crypto_message *message, unsigned char *to, size_t *n)
{
	bool ok = EVP_DigestInit_ex2(context, md, NULL) == 1;
	unsigned size = 0;

	for (size_t i = 0; ok && i < message->count; i++)
		ok = EVP_DigestUpdate(context, message->parts[i].p,
			 message->parts[i].n) == 1;
	ok = ok && EVP_DigestFinal_ex(context, to, &size) == 1;
	*n = size;
	return ok;
}

static void
free_context(void *context)
{
	EVP_MD_CTX_free(context);
}

bool
hashing_message(int32_t hash, const struct crypto_message *message,
    unsigned place, unsigned char *to, size_t *n,
    struct crypto_failure *failure)
{
	/* They do for all hashes. */
	static struct contexts kept;
	EVP_MD_CTX *context;
	EVP_MD *md;
	bool ok;

	openssl_begin();
	md = fetched_hash(hash);
	if (md == NULL)
		return openssl_absent(failure, fetched_title(hash));
	context = contexts_take(&kept, place);
	if (context == NULL)
		context = EVP_MD_CTX_new();
	ok = context != NULL && hashing_run(context, md, message, to, n);
	ok = ok ? openssl_done() : openssl_fail(failure, hash_failed);
	if (context != NULL)
		free_context(contexts_put(&kept, place, context));
	return ok;
}
