/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A key that stays in its token is an EVP_PKEY of the token's provider, found by
 * OSSL_STORE (ossl_store(7)).  Nobody is asked at a terminal for a PIN: OpenSSL
 * gets the one that is there, or none.
 */
#include "crypto/object/key_of_store.h"

#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "crypto/object/key_inside.h"
#include "crypto/object/key_object.h"
#include "crypto/object/openssl_failure.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- Providers ---------------------------------------------------------- */

/* All that openssl.cnf says, once more.  NULL: that fails. */
static OSSL_LIB_CTX *
load_anew(void)
{
	OSSL_LIB_CTX *made = OSSL_LIB_CTX_new();
	char *file = CONF_get1_default_config_file();

	if (made == NULL || file == NULL ||
	    OSSL_LIB_CTX_load_config(made, file) != 1) {
		OSSL_LIB_CTX_free(made);
		made = NULL;
	}
	OPENSSL_free(file);
	return made;
}

/*
 * The caller lets in one thread at a time.  That of a parent is left behind: to
 * free it would speak over the parent's connection.
 */
static bool
find_providers(unsigned child, OSSL_LIB_CTX **to)
{
	static OSSL_LIB_CTX *kept;
	static unsigned of;

	*to = NULL;
	if (child == 0)
		return true;
	if (kept == NULL || of != child)
		kept = load_anew();
	of = child;
	*to = kept;
	return kept != NULL;
}

/* ---- PINs --------------------------------------------------------------- */

static int
give_pin(char *to, int size, int writing, void *arg)
{
	const struct apam_str *pin = arg;

	(void)writing;
	if (pin->n == 0 || size < 0 || pin->n > (size_t)size)
		return -1;
	memcpy(to, pin->p, pin->n);
	return (int)pin->n;
}

/* ---- Looking ------------------------------------------------------------ */

struct search {
	OSSL_LIB_CTX *providers;
	EVP_PKEY *pkey;
	bool several;
};

static void
take(struct search *s, OSSL_STORE_INFO *info)
{
	if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY) {
		s->several = s->pkey != NULL;
		if (s->pkey == NULL)
			s->pkey = OSSL_STORE_INFO_get1_PKEY(info);
	}
	OSSL_STORE_INFO_free(info);
}

static bool
look(struct search *s, const struct crypto_store *store, UI_METHOD *asks)
{
	OSSL_STORE_CTX *open = OSSL_STORE_open_ex(store->uri, s->providers,
	    NULL, asks, (void *)(uintptr_t)&store->pin, NULL, NULL, NULL);
	OSSL_STORE_INFO *info;
	bool ok;

	if (open == NULL)
		return false;
	ok = OSSL_STORE_expect(open, OSSL_STORE_INFO_PKEY) == 1;
	while (ok && !s->several && OSSL_STORE_eof(open) == 0) {
		info = OSSL_STORE_load(open);
		if (info != NULL)
			take(s, info);
		else
			ok = OSSL_STORE_eof(open) != 0 ||
			    OSSL_STORE_error(open) == 0;
	}
	return OSSL_STORE_close(open) == 1 && ok && !s->several &&
	    s->pkey != NULL;
}

static bool
find_key(struct search *s, const struct crypto_store *store)
{
	UI_METHOD *asks = UI_UTIL_wrap_read_pem_callback(give_pin, 0);
	const bool ok = asks != NULL && look(s, store, asks);

	UI_destroy_method(asks);
	return ok;
}

/* ---- What it is --------------------------------------------------------- */

static int32_t
kind_of_curve(const EVP_PKEY *pkey)
{
	static const struct {
		const char *name;
		int32_t kind;
	} curves[] = {
		{ "prime256v1", APAM_KIND_EC_P256 },
		{ "P-256", APAM_KIND_EC_P256 },
		{ "secp384r1", APAM_KIND_EC_P384 },
		{ "P-384", APAM_KIND_EC_P384 },
		{ "secp521r1", APAM_KIND_EC_P521 },
		{ "P-521", APAM_KIND_EC_P521 },
	};
	char name[64];
	size_t n;

	if (EVP_PKEY_get_group_name(pkey, name, sizeof(name), &n) != 1)
		return 0;
	for (size_t i = 0; i < COUNT(curves); i++)
		if (strcmp(name, curves[i].name) == 0)
			return curves[i].kind;
	return 0;
}

/* 0: none that apam uses. */
static int32_t
kind_of(const EVP_PKEY *pkey)
{
	if (EVP_PKEY_is_a(pkey, "RSA") == 1)
		return APAM_KIND_RSA;
	if (EVP_PKEY_is_a(pkey, "ED25519") == 1)
		return APAM_KIND_ED25519;
	return EVP_PKEY_is_a(pkey, "EC") == 1 ? kind_of_curve(pkey) : 0;
}

/*
 * By the encoder, for not each provider gives the right numbers where it is
 * asked for them (tpm2-openssl 1.1 says that RSA's exponent is 0).
 */
static bool
read_public(EVP_PKEY *pkey, struct crypto_public *public)
{
	unsigned char *der = NULL;
	const int n = i2d_PUBKEY(pkey, &der);
	const bool ok = n > 0 && (size_t)n <= sizeof(public->der);

	if (ok)
		memcpy(public->der, der, (size_t)n);
	public->n = ok ? (size_t)n : 0;
	OPENSSL_free(der);
	return ok;
}

/*
 * Its own provider signs, whatever default_properties prefer: OpenSSL else gives
 * another one the public part, and lets that fail.
 */
static bool
name_provider(struct key_object *key)
{
	const OSSL_PROVIDER *provider = EVP_PKEY_get0_provider(key->pkey);
	int n;

	if (provider == NULL)
		return false;
	n = snprintf(key->query, sizeof(key->query), "provider=%s",
	    OSSL_PROVIDER_get0_name(provider));
	return n > 0 && (size_t)n < sizeof(key->query);
}

/* ---- All of it ---------------------------------------------------------- */

/* Why there is none. */
static const char *
why_none(const struct search *s)
{
	if (s->several)
		return "the URI names more than one key: name one alone";
	if (s->pkey == NULL)
		return "OpenSSL finds no private key there";
	return "the key is not one that apam uses: RSA, EC with P-256, "
	       "P-384 or P-521, Ed25519";
}

static bool
find(struct key_object *key, const struct crypto_store *store,
    struct crypto_public *public, struct crypto_failure *failure)
{
	struct search s = { .providers = key->providers };
	const bool found = find_key(&s, store);

	key->pkey = s.pkey;
	key->kind = found ? kind_of(s.pkey) : 0;
	if (key->kind == 0)
		return openssl_refuse(failure, why_none(&s));
	if (!name_provider(key) || !read_public(s.pkey, public))
		return openssl_refuse(
		    failure, "OpenSSL does not give the public key");
	return openssl_done();
}

void *
key_of_store_open(const struct crypto_store *store,
    struct crypto_public *public, struct crypto_failure *failure)
{
	struct key_object *key = key_object_new(0);

	if (key == NULL) {
		openssl_say(failure, APAM_E_MEMORY, "out of memory", "");
		return NULL;
	}
	openssl_begin();
	if (!find_providers(store->child, &key->providers))
		(void)openssl_fail(failure,
		    "OpenSSL does not load its providers anew after a fork");
	else if (find(key, store, public, failure))
		return key;
	key_object_free(key);
	return NULL;
}
