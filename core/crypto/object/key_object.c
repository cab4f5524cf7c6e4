/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys are made of their numbers, not of DER or PEM: a provider for FIPS 140
 * has no decoders, and those of OpenSSL leave the text of a private key behind
 * in memory that they have freed.
 */
#include "crypto/object/key_object.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/object/asymmetric.h"
#include "crypto/object/curve.h"
#include "crypto/object/key_inside.h"
#include "crypto/object/mac.h"
#include "crypto/object/openssl_failure.h"

#define NEW_RSA_BITS 2048

struct key_object *
key_object_new(int32_t kind)
{
	struct key_object *key = calloc(1, sizeof(*key));

	if (key == NULL)
		return NULL;
	key->kind = kind;
	key->free_context = kind == APAM_KIND_SYMMETRIC ? mac_free :
							  asymmetric_free;
	return key;
}

static struct key_object *
new_key(int32_t kind, struct crypto_failure *failure)
{
	struct key_object *key = key_object_new(kind);

	if (key == NULL)
		openssl_say(failure, APAM_E_MEMORY, "out of memory", "");
	return key;
}

void
key_object_free(void *arg)
{
	struct key_object *key = arg;

	if (key == NULL)
		return;
	for (size_t i = 0; i < USES; i++)
		contexts_free(&key->used[i], key->free_context);
	EVP_PKEY_free(key->pkey);
	free(key);
}

void *
key_object_of_bytes(struct apam_str bytes, struct crypto_failure *failure)
{
	struct key_object *key = new_key(APAM_KIND_SYMMETRIC, failure);

	if (key != NULL)
		key->bytes = bytes;
	return key;
}

/* ---- Numbers for OpenSSL ------------------------------------------------ */

/* Parameters under way, and the memory in which their numbers lie. */
struct building {
	OSSL_PARAM params[CRYPTO_NUMBERS + 2];
	size_t count;
	unsigned char *bytes; /* wiped when it is freed */
	size_t size, used;
	bool absent; /* OpenSSL has no such keys */
};

static bool
begin_building(struct building *b, const struct crypto_numbers *numbers)
{
	*b = (struct building){ .size = CURVE_POINT_MAX };
	for (size_t i = 0; i < CRYPTO_NUMBERS; i++)
		b->size += numbers->at[i].n;
	b->bytes = OPENSSL_malloc(b->size);
	return b->bytes != NULL;
}

static void
end_building(struct building *b)
{
	OPENSSL_clear_free(b->bytes, b->size);
}

static unsigned char *
building_room(struct building *b, size_t n)
{
	unsigned char *room = b->bytes + b->used;

	b->used += n;
	return room;
}

static bool
is_little_endian(void)
{
	static const uint16_t one = 1;

	return *(const unsigned char *)&one == 1;
}

/* A number as this machine has it; an empty one is not there. */
static void
build_number(struct building *b, const char *name, struct apam_str number)
{
	unsigned char *to = building_room(b, number.n);

	if (number.n == 0)
		return;
	for (size_t i = 0; i < number.n; i++)
		to[i] = (unsigned char)
			    number.p[is_little_endian() ? number.n - 1 - i : i];
	b->params[b->count++] = OSSL_PARAM_construct_BN(name, to, number.n);
}

static void
build_octets(struct building *b, const char *name, struct apam_str octets)
{
	unsigned char *to = building_room(b, octets.n);

	memcpy(to, octets.p, octets.n);
	b->params[b->count++] = OSSL_PARAM_construct_octet_string(
	    name, to, octets.n);
}

/* Make a key of them. */
static EVP_PKEY *
build(struct building *b, const char *type, bool is_private)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	b->params[b->count] = OSSL_PARAM_construct_end();
	b->absent = ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1;
	if (!b->absent)
		(void)EVP_PKEY_fromdata(ctx, &pkey,
		    is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
		    b->params);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

/* ---- The kinds ---------------------------------------------------------- */

static const char *const rsa_names[CRYPTO_NUMBERS] = {
	[CRYPTO_N] = OSSL_PKEY_PARAM_RSA_N,
	[CRYPTO_E] = OSSL_PKEY_PARAM_RSA_E,
	[CRYPTO_D] = OSSL_PKEY_PARAM_RSA_D,
	[CRYPTO_P] = OSSL_PKEY_PARAM_RSA_FACTOR1,
	[CRYPTO_Q] = OSSL_PKEY_PARAM_RSA_FACTOR2,
	[CRYPTO_DP] = OSSL_PKEY_PARAM_RSA_EXPONENT1,
	[CRYPTO_DQ] = OSSL_PKEY_PARAM_RSA_EXPONENT2,
	[CRYPTO_QI] = OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
};

static EVP_PKEY *
make_rsa(struct building *b, const struct crypto_numbers *numbers)
{
	for (size_t i = 0; i < CRYPTO_NUMBERS; i++)
		build_number(b, rsa_names[i], numbers->at[i]);
	return build(b, "RSA", numbers->at[CRYPTO_D].n > 0);
}

/* The point of the numbers, or nothing if they have none, as SEC 1 writes it. */
static size_t
given_point(
    const struct crypto_numbers *numbers, unsigned char to[CURVE_POINT_MAX])
{
	const size_t n = curve_octets(numbers->kind);

	if (numbers->at[CRYPTO_X].n != n || numbers->at[CRYPTO_Y].n != n)
		return 0;
	to[0] = 4;
	memcpy(to + 1, numbers->at[CRYPTO_X].p, n);
	memcpy(to + 1 + n, numbers->at[CRYPTO_Y].p, n);
	return 1 + 2 * n;
}

static EVP_PKEY *
make_ec(struct building *b, const struct crypto_numbers *numbers)
{
	const char *curve = curve_name(numbers->kind);
	const struct apam_str d = numbers->at[CRYPTO_D];
	unsigned char given[CURVE_POINT_MAX], point[CURVE_POINT_MAX];
	const size_t n = given_point(numbers, given);

	if (d.n == 0 && n == 0)
		return NULL;
	if (d.n == 0)
		memcpy(point, given, n);
	else if (!curve_point(numbers->kind, d, point) ||
	    (n > 0 && memcmp(point, given, n) != 0))
		return NULL;
	/* OSSL_PARAM has no const; nothing is written. */
	b->params[b->count++] = OSSL_PARAM_construct_utf8_string(
	    OSSL_PKEY_PARAM_GROUP_NAME, (char *)(uintptr_t)curve, 0);
	build_octets(b, OSSL_PKEY_PARAM_PUB_KEY,
	    (struct apam_str){
		(const char *)point, 1 + 2 * curve_octets(numbers->kind) });
	build_number(b, OSSL_PKEY_PARAM_PRIV_KEY, d);
	return build(b, "EC", d.n > 0);
}

/*
 * A signature that is made with a public key which is not the seed's gives the
 * seed away.  So OpenSSL is given the seed alone, and computes the rest.
 */
static EVP_PKEY *
make_ed25519(struct building *b, const struct crypto_numbers *numbers)
{
	const struct apam_str d = numbers->at[CRYPTO_D];
	const struct apam_str x = numbers->at[CRYPTO_X];
	unsigned char is[32];
	size_t n = sizeof(is);
	EVP_PKEY *pkey;

	if (d.n == 0)
		build_octets(b, OSSL_PKEY_PARAM_PUB_KEY, x);
	else
		build_octets(b, OSSL_PKEY_PARAM_PRIV_KEY, d);
	pkey = build(b, "ED25519", d.n > 0);
	if (pkey == NULL || d.n == 0 || x.n == 0)
		return pkey;
	if (EVP_PKEY_get_raw_public_key(pkey, is, &n) == 1 && n == x.n &&
	    memcmp(is, x.p, n) == 0)
		return pkey;
	EVP_PKEY_free(pkey);
	return NULL;
}

static EVP_PKEY *
make(struct building *b, const struct crypto_numbers *numbers)
{
	if (numbers->kind == APAM_KIND_RSA)
		return make_rsa(b, numbers);
	if (numbers->kind == APAM_KIND_ED25519)
		return make_ed25519(b, numbers);
	return make_ec(b, numbers);
}

static const char bad_numbers[] = "the numbers of the key do not fit together";

/*
 * Nothing compares RSA's numbers: what is signed with the private ones must be
 * right by the public ones.
 */
static bool
fits(struct key_object *key, bool is_private, struct crypto_failure *failure)
{
	const struct apam_str part = APAM_STR("apam");
	const struct crypto_message message = { &part, 1 };
	unsigned char signature[APAM_SIGNATURE_MAX];
	bool right = false, ok;
	size_t n;

	if (key->kind != APAM_KIND_RSA || !is_private)
		return true;
	failure->status = APAM_E_USAGE;
	ok = asymmetric_sign(
		 key, APAM_ALG_RS256, &message, 0, signature, &n, failure) &&
	    asymmetric_verify(key, APAM_ALG_RS256, &message,
		(struct apam_str){ (const char *)signature, n }, 0, &right,
		failure);
	if (failure->status == APAM_E_INTERNAL || (ok && !right))
		openssl_say(failure, APAM_E_USAGE, bad_numbers, "");
	return ok && right;
}

static EVP_PKEY *
make_in(const struct crypto_numbers *numbers, struct crypto_failure *failure)
{
	EVP_PKEY *pkey = NULL;
	struct building b;

	openssl_begin();
	if (!begin_building(&b, numbers)) {
		(void)openssl_fail(failure, bad_numbers);
		return NULL;
	}
	pkey = make(&b, numbers);
	end_building(&b);
	if (pkey == NULL && b.absent)
		(void)openssl_absent(failure, "key of this kind");
	else if (pkey == NULL)
		(void)openssl_refuse(failure, bad_numbers);
	else
		(void)openssl_done();
	return pkey;
}

void *
key_object_of_numbers(
    const struct crypto_numbers *numbers, struct crypto_failure *failure)
{
	struct key_object *key = new_key(numbers->kind, failure);

	if (key == NULL)
		return NULL;
	key->pkey = make_in(numbers, failure);
	if (key->pkey != NULL &&
	    fits(key, numbers->at[CRYPTO_D].n > 0, failure))
		return key;
	key_object_free(key);
	return NULL;
}

static EVP_PKEY *
generate(int32_t kind)
{
	if (kind == APAM_KIND_RSA)
		return EVP_PKEY_Q_keygen(
		    NULL, NULL, "RSA", (size_t)NEW_RSA_BITS);
	if (kind == APAM_KIND_ED25519)
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	return EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve_name(kind));
}

void *
key_object_generate(int32_t kind, struct crypto_failure *failure)
{
	struct key_object *key = new_key(kind, failure);

	if (key == NULL)
		return NULL;
	openssl_begin();
	key->pkey = generate(kind);
	if (key->pkey != NULL) {
		(void)openssl_done();
		return key;
	}
	(void)openssl_absent(failure, "new key of this kind");
	key_object_free(key);
	return NULL;
}

/* ---- Reading ------------------------------------------------------------ */

static bool
read_bn(const EVP_PKEY *pkey, const char *name, size_t octets,
    unsigned char *to, size_t size, size_t *n)
{
	BIGNUM *number = NULL;
	int most = size > INT32_MAX ? INT32_MAX : (int)size, got;

	if (EVP_PKEY_get_bn_param(pkey, name, &number) != 1)
		return false;
	if (octets == 0)
		octets = (size_t)BN_num_bytes(number);
	got = (int)octets > most ? -1 : BN_bn2binpad(number, to, (int)octets);
	BN_free(number);
	*n = got < 0 ? 0 : (size_t)got;
	return got >= 0;
}

bool
key_object_number(const void *arg, enum crypto_number which, unsigned char *to,
    size_t size, size_t *n, struct crypto_failure *failure)
{
	static const char *const names[][2] = {
		{ OSSL_PKEY_PARAM_EC_PUB_X, OSSL_PKEY_PARAM_EC_PUB_Y },
		{ OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E },
	};
	const struct key_object *key = arg;
	const bool rsa = key->kind == APAM_KIND_RSA;
	bool ok;

	openssl_begin();
	*n = size;
	if (key->kind == APAM_KIND_ED25519)
		ok = EVP_PKEY_get_raw_public_key(key->pkey, to, n) == 1;
	else
		ok = read_bn(key->pkey, names[rsa][which],
		    rsa ? 0 : curve_octets(key->kind), to, size, n);
	return ok ? openssl_done() :
		    openssl_fail(failure, "OpenSSL does not give a public key");
}

/* Into the caller's memory, so that no BIGNUM has it. */
static bool
read_private(const EVP_PKEY *pkey, const char *name, size_t octets,
    unsigned char *to, size_t size, size_t *n)
{
	OSSL_PARAM params[] = { OSSL_PARAM_construct_BN(name, NULL, 0),
		OSSL_PARAM_construct_end() };
	unsigned char swapped;

	if (octets == 0 && EVP_PKEY_get_params(pkey, params) == 1)
		octets = params[0].return_size;
	if (octets == 0 || octets > size)
		return false;
	params[0] = OSSL_PARAM_construct_BN(name, to, octets);
	if (EVP_PKEY_get_params(pkey, params) != 1)
		return false;
	for (size_t i = 0; is_little_endian() && i < octets / 2; i++) {
		swapped = to[i];
		to[i] = to[octets - 1 - i];
		to[octets - 1 - i] = swapped;
	}
	*n = octets;
	return true;
}

bool
key_object_private(const void *arg, enum crypto_number which, unsigned char *to,
    size_t size, size_t *n, struct crypto_failure *failure)
{
	const struct key_object *key = arg;
	bool ok;

	openssl_begin();
	*n = size;
	if (key->kind == APAM_KIND_ED25519)
		ok = EVP_PKEY_get_raw_private_key(key->pkey, to, n) == 1;
	else if (key->kind == APAM_KIND_RSA)
		ok = read_private(key->pkey, rsa_names[which], 0, to, size, n);
	else
		ok = read_private(key->pkey, OSSL_PKEY_PARAM_PRIV_KEY,
		    curve_octets(key->kind), to, size, n);
	return ok ? openssl_done() :
		    openssl_refuse(failure,
			"the key lacks a private number, such as a prime");
}
