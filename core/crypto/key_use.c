/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of the object, each between fork_defer and fork_permit: a child then
 * finds every context of OpenSSL's in its place, and goes on with all keys.
 */
#include "crypto/key_use.h"

#include "base/error.h"
#include "base/fork_gate.h"
#include "base/thread_number.h"
#include "crypto/ecdsa_form.h"
#include "crypto/openssl.h"

/* ---- HMAC --------------------------------------------------------------- */

enum apam_status
key_hmac(const struct apam_key *key, int32_t hash,
    const struct crypto_message *message, unsigned char *to, size_t *n,
    struct apam_error *err)
{
	struct crypto_failure failure;
	bool ok;

	*n = 0;
	if (key->kind != APAM_KIND_SYMMETRIC)
		return error_set(
		    err, APAM_E_USAGE, "HMAC needs a symmetric key");
	if (hash < APAM_HASH_SHA256 || hash > APAM_HASH_MD5)
		return error_set(err, APAM_E_USAGE, "there is no such hash");
	if (key_at_hand(key, err) != APAM_OK)
		return APAM_E_POLICY;
	fork_defer();
	ok = key->crypto->hmac(
	    key->object, hash, message, thread_number(), to, n, &failure);
	fork_permit();
	return ok ? APAM_OK : openssl_failed(&failure, err);
}

/* The HMAC of a step, by a key that is there for this alone. */
static enum apam_status
take_step(struct apam_str with, int32_t hash, struct apam_str step,
    struct apam_str *result, unsigned char to[APAM_HASH_MAX],
    struct apam_error *err)
{
	const struct crypto_message message = { &step, 1 };
	enum apam_status status;
	struct apam_key *once;

	status = key_of_bytes(APAM_STR(""), with, &once, err);
	if (status != APAM_OK)
		return status;
	status = key_hmac(once, hash, &message, to, &result->n, err);
	result->p = (const char *)to;
	key_drop(&once);
	return status;
}

enum apam_status
key_derive(const struct apam_key *key, int32_t hash,
    const struct crypto_message *steps, struct apam_key **to,
    struct apam_error *err)
{
	unsigned char bytes[2][APAM_HASH_MAX];
	struct apam_str result = { (const char *)bytes[0], 0 };
	const struct crypto_message first = { steps->parts, 1 };
	enum apam_status status;

	*to = NULL;
	if (steps->count == 0 || steps->count > KEY_STEPS_MAX)
		return error_set(
		    err, APAM_E_USAGE, "a key is derived in 1 to 64 steps");
	status = key_hmac(key, hash, &first, bytes[0], &result.n, err);
	for (size_t i = 1; status == APAM_OK && i < steps->count; i++)
		status = take_step(
		    result, hash, steps->parts[i], &result, bytes[i % 2], err);
	if (status == APAM_OK)
		status = key_of_bytes(APAM_STR(""), result, to, err);
	wipe(bytes, sizeof(bytes));
	return status;
}

/* ---- Signatures --------------------------------------------------------- */

/* By enum apam_algorithm: the kind of key, and the octets of r and of s. */
static const struct algorithm {
	int32_t kind;
	size_t octets; /* 0: the signature is as the object makes it */
} algorithms[] = {
	[APAM_ALG_ES256] = { APAM_KIND_EC_P256, 32 },
	[APAM_ALG_ES256_DER] = { APAM_KIND_EC_P256, 0 },
	[APAM_ALG_ES384] = { APAM_KIND_EC_P384, 48 },
	[APAM_ALG_ES384_DER] = { APAM_KIND_EC_P384, 0 },
	[APAM_ALG_ES512] = { APAM_KIND_EC_P521, 66 },
	[APAM_ALG_ES512_DER] = { APAM_KIND_EC_P521, 0 },
	[APAM_ALG_EDDSA] = { APAM_KIND_ED25519, 0 },
	[APAM_ALG_RS256] = { APAM_KIND_RSA, 0 },
	[APAM_ALG_RS384] = { APAM_KIND_RSA, 0 },
	[APAM_ALG_RS512] = { APAM_KIND_RSA, 0 },
	[APAM_ALG_PS256] = { APAM_KIND_RSA, 0 },
	[APAM_ALG_PS384] = { APAM_KIND_RSA, 0 },
	[APAM_ALG_PS512] = { APAM_KIND_RSA, 0 },
};

static enum apam_status
check_fit(const struct apam_key *key, int32_t algorithm, struct apam_error *err)
{
	if (algorithm < APAM_ALG_ES256 || algorithm > KEY_ALGORITHM_LAST)
		return error_set(
		    err, APAM_E_USAGE, "there is no such algorithm");
	if (algorithms[algorithm].kind != key->kind)
		return error_set(err, APAM_E_USAGE,
		    "the algorithm needs a key of another kind");
	return key_at_hand(key, err);
}

/* A message in one part, as EdDSA needs it; *whole is freed by the caller. */
struct joined {
	struct buf whole;
	struct apam_str part;
	struct crypto_message message;
};

static bool
join(struct joined *j, const struct apam_key *key,
    const struct crypto_message *message)
{
	*j = (struct joined){ .message = *message };
	if (key->kind != APAM_KIND_ED25519 || message->count <= 1)
		return true;
	buf_init(&j->whole, SIZE_MAX);
	for (size_t i = 0; i < message->count; i++)
		buf_put(&j->whole, message->parts[i]);
	j->part = buf_view(&j->whole);
	j->message = (struct crypto_message){ &j->part, 1 };
	return !j->whole.failed;
}

/* As the object makes it, into APAM_SIGNATURE_MAX bytes. */
static enum apam_status
make_signature(const struct apam_key *key, int32_t algorithm,
    const struct crypto_message *message, struct key_signature *made,
    struct apam_error *err)
{
	struct crypto_failure failure;
	enum apam_status status;
	struct joined j;
	bool ok;

	if (!join(&j, key, message))
		return error_set(err, APAM_E_MEMORY, "out of memory");
	if (key->signer != NULL) {
		status = key->signer->sign(key->signer, algorithm, &j.message,
		    made->to, &made->n, err);
		buf_free(&j.whole);
		return status;
	}
	fork_defer();
	ok = key->crypto->sign(key->object, algorithm, &j.message,
	    thread_number(), made->to, &made->n, &failure);
	fork_permit();
	buf_free(&j.whole);
	return ok ? APAM_OK : openssl_failed(&failure, err);
}

/* In the form of the algorithm, to where the caller wants it. */
static enum apam_status
give_signature(const struct key_signature *made, size_t octets,
    struct key_signature *to, struct apam_error *err)
{
	const struct apam_str bytes = { (const char *)made->to, made->n };
	const size_t n = octets > 0 ? 2 * octets : made->n;

	if (n > to->size)
		return error_set(
		    err, APAM_E_USAGE, "there is no room for the signature");
	if (octets == 0)
		memcpy(to->to, made->to, n);
	else if (!ecdsa_to_raw(bytes, octets, to->to))
		return error_set(
		    err, APAM_E_INTERNAL, "OpenSSL's signature is malformed");
	to->n = n;
	return APAM_OK;
}

enum apam_status
key_sign(const struct apam_key *key, int32_t algorithm,
    const struct crypto_message *message, struct key_signature *signature,
    struct apam_error *err)
{
	unsigned char bytes[APAM_SIGNATURE_MAX];
	struct key_signature made = { bytes, sizeof(bytes), 0 };
	enum apam_status status = check_fit(key, algorithm, err);

	signature->n = 0;
	if (status == APAM_OK && !key->is_private)
		status = error_set(
		    err, APAM_E_USAGE, "the key has no private part");
	if (status == APAM_OK)
		status = make_signature(key, algorithm, message, &made, err);
	if (status != APAM_OK)
		return status;
	return give_signature(
	    &made, algorithms[algorithm].octets, signature, err);
}

/* Is it, in the object's form, right? */
static enum apam_status
check_signature(const struct apam_key *key, int32_t algorithm,
    const struct crypto_message *message, struct apam_str signature,
    struct apam_error *err)
{
	struct crypto_failure failure;
	bool ok, right = false;
	struct joined j;

	if (!join(&j, key, message))
		return error_set(err, APAM_E_MEMORY, "out of memory");
	fork_defer();
	ok = key->crypto->verify(key->object, algorithm, &j.message, signature,
	    thread_number(), &right, &failure);
	fork_permit();
	buf_free(&j.whole);
	if (!ok)
		return openssl_failed(&failure, err);
	return right ? APAM_OK : APAM_E_DENIED;
}

enum apam_status
key_verify(const struct apam_key *key, int32_t algorithm,
    const struct crypto_message *message, struct apam_str signature,
    struct apam_error *err)
{
	unsigned char der[ECDSA_DER_MAX];
	enum apam_status status = check_fit(key, algorithm, err);
	size_t octets;

	if (status != APAM_OK)
		return status;
	octets = algorithms[algorithm].octets;
	if (octets > 0 && signature.n != 2 * octets)
		return APAM_E_DENIED;
	if (octets > 0) {
		signature.n = ecdsa_to_der(signature, der);
		signature.p = (const char *)der;
	}
	return check_signature(key, algorithm, message, signature, err);
}
