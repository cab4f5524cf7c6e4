/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The public part of a key as a JWK.
 */
#include "crypto/jwk_write.h"

#include "base/error.h"
#include "base/fork_gate.h"
#include "crypto/openssl.h"
#include "text/encode.h"

/* By kind. */
static const struct curve {
	const char *kty, *crv;
} curves[] = {
	[APAM_KIND_EC_P256] = { "EC", "P-256" },
	[APAM_KIND_EC_P384] = { "EC", "P-384" },
	[APAM_KIND_EC_P521] = { "EC", "P-521" },
	[APAM_KIND_ED25519] = { "OKP", "Ed25519" },
};

static bool
put_number(const struct apam_key *key, enum crypto_number which, struct buf *to,
    struct crypto_failure *failure)
{
	unsigned char bytes[KEY_RSA_BITS_MOST / 8];
	size_t n;
	bool ok;

	fork_defer();
	ok = key->crypto->key_number(
	    key->object, which, bytes, sizeof(bytes), &n, failure);
	fork_permit();
	if (ok)
		encode_base64url(to, (struct apam_str){ (char *)bytes, n });
	return ok;
}

static bool
put_members(
    const struct apam_key *key, struct buf *to, struct crypto_failure *failure)
{
	const struct curve *curve = &curves[key->kind];

	if (key->kind == APAM_KIND_RSA) {
		buf_put(to, APAM_STR("{\"e\":\""));
		if (!put_number(key, CRYPTO_E, to, failure))
			return false;
		buf_put(to, APAM_STR("\",\"kty\":\"RSA\",\"n\":\""));
		return put_number(key, CRYPTO_N, to, failure);
	}
	buf_put(to, APAM_STR("{\"crv\":\""));
	buf_put(to, apam_str(curve->crv));
	buf_put(to, APAM_STR("\",\"kty\":\""));
	buf_put(to, apam_str(curve->kty));
	buf_put(to, APAM_STR("\",\"x\":\""));
	if (!put_number(key, CRYPTO_X, to, failure))
		return false;
	if (key->kind == APAM_KIND_ED25519)
		return true;
	buf_put(to, APAM_STR("\",\"y\":\""));
	return put_number(key, CRYPTO_Y, to, failure);
}

enum apam_status
jwk_write(const struct apam_key *key, struct buf *to, struct apam_error *err)
{
	struct crypto_failure failure;

	if (key->kind == APAM_KIND_SYMMETRIC)
		return error_set(
		    err, APAM_E_USAGE, "a symmetric key has no public part");
	if (key_at_hand(key, err) != APAM_OK)
		return APAM_E_POLICY;
	if (!put_members(key, to, &failure))
		return openssl_failed(&failure, err);
	buf_put(to, APAM_STR("\"}"));
	return to->failed ? error_set(err, APAM_E_MEMORY, "out of memory") :
			    APAM_OK;
}
