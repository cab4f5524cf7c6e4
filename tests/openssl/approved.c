/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An OpenSSL provider in the place of one for FIPS 140, which Debian does not
 * ship: it has the algorithms of the default provider that FIPS 140-3 approves,
 * by NIST SP 800-140C and 800-140D, under the property fips=yes, and no other.
 * With default_properties = fips=yes all the rest is excluded.
 */
#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>
#include <string.h>

#define MOST 32 /* algorithms of one kind */

OSSL_provider_init_fn OSSL_provider_init;

/* How each begins among its names; what follows may be ':' alone. */
static const char *const approved[] = {
	/* FIPS 180-4, FIPS 202 */
	"SHA1",
	"SHA2-224",
	"SHA2-256",
	"SHA2-384",
	"SHA2-512",
	"SHA2-512/256",
	"SHA3-256",
	"SHA3-512",
	/* FIPS 197 with SP 800-38A and 800-38D */
	"AES-128-CBC",
	"AES-256-CBC",
	"AES-256-CTR",
	"AES-256-ECB",
	"AES-128-GCM",
	"AES-256-GCM",
	/* FIPS 198-1; SP 800-56C, 800-132 */
	"HMAC",
	"HKDF",
	"PBKDF2",
	/* FIPS 186-5: keys of them, too */
	"EC",
	"ECDSA",
	"ED25519",
	"RSA",
	/* SP 800-90A */
	"CTR-DRBG",
	"HASH-DRBG",
	"HMAC-DRBG",
};

static OSSL_PROVIDER *real;
static OSSL_ALGORITHM tables[32][MOST + 1]; /* by kind */

static int
is_approved(const char *names)
{
	size_t n;

	for (size_t i = 0; i < sizeof(approved) / sizeof(approved[0]); i++) {
		n = strlen(approved[i]);
		/* "AES-256-GCM" is "id-aes256-GCM:...:AES-256-GCM" to some. */
		for (const char *at = strstr(names, approved[i]); at != NULL;
		     at = strstr(at + 1, approved[i]))
			if ((at == names || at[-1] == ':') &&
			    (at[n] == '\0' || at[n] == ':'))
				return 1;
	}
	return 0;
}

static const OSSL_ALGORITHM *
query(void *ctx, int kind, int *no_cache)
{
	const OSSL_ALGORITHM *all;
	OSSL_ALGORITHM *mine;
	size_t n = 0;

	(void)ctx;
	all = OSSL_PROVIDER_query_operation(real, kind, no_cache);
	if (all == NULL || kind < 0 ||
	    (size_t)kind >= sizeof(tables) / sizeof(tables[0]))
		return NULL;
	mine = tables[kind];
	for (; all->algorithm_names != NULL && n < MOST; all++) {
		if (!is_approved(all->algorithm_names))
			continue;
		mine[n] = *all;
		mine[n++].property_definition = "provider=approved,fips=yes";
	}
	mine[n] = (OSSL_ALGORITHM){ .algorithm_names = NULL };
	return mine;
}

static void
teardown(void *ctx)
{
	(void)ctx;
	(void)OSSL_PROVIDER_unload(real);
}

static const OSSL_DISPATCH functions[] = {
	{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
	{ OSSL_FUNC_PROVIDER_TEARDOWN, (void (*)(void))teardown },
	{ 0, NULL },
};

/* In a library context of its own, as a real one is. */
int
OSSL_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **ctx)
{
	OSSL_LIB_CTX *own = OSSL_LIB_CTX_new();

	(void)handle;
	(void)in;
	if (own == NULL)
		return 0;
	real = OSSL_PROVIDER_load(own, "default");
	if (real == NULL)
		return 0;
	*out = functions;
	*ctx = OSSL_PROVIDER_get0_provider_ctx(real);
	return 1;
}
