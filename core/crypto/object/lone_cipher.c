/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A library context of our own with a provider of our own, which shows the one
 * cipher of the real provider and no other: its functions, called with the
 * context that the real provider has.  Nothing is computed here.
 */
#include "crypto/object/lone_cipher.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/provider.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static OSSL_PROVIDER *real;
static OSSL_ALGORITHM shown[2]; /* the second ends it */

/* ---- The real provider ------------------------------------------------ */

static int
see(OSSL_PROVIDER *provider, void *count)
{
	real = provider;
	++*(int *)count;
	return 1;
}

/* Names are separated by colons, as in "AES-256-GCM:id-aes256-GCM". */
static bool
has_name(const char *names, const char *name)
{
	const size_t n = strlen(name);

	for (const char *at = names; at != NULL; at = strchr(at, ':')) {
		if (*at == ':')
			at++;
		if (strncasecmp(at, name, n) == 0 &&
		    (at[n] == ':' || at[n] == '\0'))
			return true;
	}
	return false;
}

/* False where the provider has none, or several to choose from. */
static bool
find(int kind, const char *name, OSSL_ALGORITHM *to)
{
	int found = 0, no_cache = 0;
	const OSSL_ALGORITHM *a = OSSL_PROVIDER_query_operation(
	    real, kind, &no_cache);

	for (; a != NULL && a->algorithm_names != NULL; a++) {
		if (!has_name(a->algorithm_names, name))
			continue;
		*to = *a;
		found++;
	}
	return found == 1 && no_cache == 0;
}

/* A query that found the hash finds the cipher, too. */
static bool
find_cipher(const EVP_MD *sha256)
{
	OSSL_ALGORITHM hash;
	int active = 0;

	return OSSL_PROVIDER_do_all(NULL, see, &active) == 1 && active == 1 &&
	    real == EVP_MD_get0_provider(sha256) &&
	    find(OSSL_OP_DIGEST, OSSL_DIGEST_NAME_SHA2_256, &hash) &&
	    find(OSSL_OP_CIPHER, LONE_CIPHER, shown) &&
	    strcmp(hash.property_definition, shown->property_definition) == 0;
}

/* ---- Our own ---------------------------------------------------------- */

static const OSSL_ALGORITHM *
query(void *ctx, int kind, int *no_cache)
{
	(void)ctx;
	*no_cache = 0;
	return kind == OSSL_OP_CIPHER ? shown : NULL;
}

static const OSSL_DISPATCH functions[] = {
	{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
	{ 0, NULL },
};

static int
start(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **ctx)
{
	(void)handle;
	(void)in;
	*out = functions;
	*ctx = OSSL_PROVIDER_get0_provider_ctx(real);
	return 1;
}

EVP_CIPHER *
lone_cipher(const EVP_MD *sha256)
{
	EVP_CIPHER *cipher = NULL;
	OSSL_LIB_CTX *own;

	if (!find_cipher(sha256))
		return NULL;
	own = OSSL_LIB_CTX_new();
	if (own != NULL && OSSL_PROVIDER_add_builtin(own, "apam", start) == 1 &&
	    OSSL_PROVIDER_load(own, "apam") != NULL)
		cipher = EVP_CIPHER_fetch(own, LONE_CIPHER, NULL);
	if (cipher == NULL)
		OSSL_LIB_CTX_free(own);
	return cipher;
}
