/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making keys.  OpenSSL takes locks meanwhile, so that no fork takes place.
 */
#include "crypto/key.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/fork_gate.h"
#include "base/random.h"
#include "base/refs.h"
#include "crypto/openssl.h"

#define NEW_BYTES 32 /* of a symmetric key */

/* ---- Holding ------------------------------------------------------------ */

static struct apam_key *
allocate_key(int32_t kind, bool is_private)
{
	static _Atomic(uint64_t) last;
	struct apam_key *key = calloc(1, sizeof(*key));

	if (key == NULL)
		return NULL;
	refs_init(&key->held);
	key->kind = kind;
	key->is_private = is_private;
	key->number = atomic_fetch_add(&last, 1) + 1;
	buf_init(&key->bytes, KEY_BYTES_MAX);
	return key;
}

static struct apam_key *
new_key(int32_t kind, bool is_private, struct apam_error *err)
{
	const struct crypto_object *crypto = openssl(err);
	struct apam_key *key;

	if (crypto == NULL)
		return NULL;
	key = allocate_key(kind, is_private);
	if (key == NULL)
		(void)error_set(err, APAM_E_MEMORY, "out of memory");
	else
		key->crypto = crypto;
	return key;
}

struct apam_key *
key_withheld(int32_t kind)
{
	return allocate_key(kind, true);
}

enum apam_status
key_at_hand(const struct apam_key *key, struct apam_error *err)
{
	if (key->crypto != NULL)
		return APAM_OK;
	return error_set(err, APAM_E_POLICY,
	    "the agent has the key, and this program cannot use it");
}

struct apam_key *
key_hold(struct apam_key *key)
{
	refs_hold(&key->held);
	return key;
}

void
key_drop(struct apam_key **key)
{
	struct apam_key *mine = *key;

	*key = NULL;
	if (mine == NULL || !refs_drop(&mine->held))
		return;
	fork_defer();
	if (mine->crypto != NULL)
		mine->crypto->key_free(mine->object);
	fork_permit();
	if (mine->signer != NULL)
		mine->signer->free(mine->signer);
	buf_free(&mine->bytes);
	free(mine);
}

/* Its object is made, or it goes. */
static enum apam_status
finish(struct apam_key *made, const struct crypto_failure *failure,
    struct apam_key **key, struct apam_error *err)
{
	if (made->object == NULL) {
		key_drop(&made);
		return openssl_failed(failure, err);
	}
	*key = made;
	return APAM_OK;
}

/* ---- Symmetric ---------------------------------------------------------- */

enum apam_status
key_of_bytes(struct apam_str prefix, struct apam_str bytes,
    struct apam_key **key, struct apam_error *err)
{
	struct crypto_failure failure;
	struct apam_key *made;

	*key = NULL;
	if (prefix.n + bytes.n == 0 || prefix.n > KEY_BYTES_MAX ||
	    bytes.n > KEY_BYTES_MAX - prefix.n)
		return error_set(
		    err, APAM_E_USAGE, "a symmetric key has 1 to 65536 bytes");
	made = new_key(APAM_KIND_SYMMETRIC, true, err);
	if (made == NULL)
		return err->status;
	buf_reserve(&made->bytes, prefix.n + bytes.n);
	buf_put(&made->bytes, prefix);
	buf_put(&made->bytes, bytes);
	if (made->bytes.failed) {
		key_drop(&made);
		return error_set(err, APAM_E_MEMORY, "out of memory");
	}
	fork_defer();
	made->object = made->crypto->key_of_bytes(
	    buf_view(&made->bytes), &failure);
	fork_permit();
	return finish(made, &failure, key, err);
}

static enum apam_status
generate_bytes(struct apam_key **key, struct apam_error *err)
{
	char bytes[NEW_BYTES];
	enum apam_status status;

	if (!random_bytes(bytes, sizeof(bytes)))
		return error_set(
		    err, APAM_E_INTERNAL, "the system has no random bytes");
	status = key_of_bytes(
	    APAM_STR(""), (struct apam_str){ bytes, sizeof(bytes) }, key, err);
	wipe(bytes, sizeof(bytes));
	return status;
}

/* ---- Asymmetric --------------------------------------------------------- */

/* How many bits a number has whose first octet is not zero. */
static size_t
bits_of(struct apam_str number)
{
	size_t bits = 8 * number.n;

	for (unsigned first = number.n == 0 ? 255 : (unsigned char)number.p[0];
	     first < 128 && bits > 0; first = first << 1 | 1)
		bits--;
	return bits;
}

static enum apam_status
check_rsa(const struct crypto_numbers *numbers, struct apam_error *err)
{
	const size_t bits = bits_of(numbers->at[CRYPTO_N]);
	const struct apam_str e = numbers->at[CRYPTO_E];

	if (bits < KEY_RSA_BITS_LEAST || bits > KEY_RSA_BITS_MOST)
		return error_set(err, APAM_E_USAGE,
		    "the RSA key has %zu bits: it must have 2048 to 16384",
		    bits);
	if (e.n == 0 || e.n > 8 || (e.n == 1 && e.p[0] == 1) ||
	    (e.p[e.n - 1] & 1) == 0)
		return error_set(err, APAM_E_USAGE,
		    "the RSA key has a public exponent that is not one");
	return APAM_OK;
}

static bool
has_size(struct apam_str number, size_t n)
{
	return number.n == 0 || number.n == n;
}

/* How many a number of a curve has; 0: the kind has no curve. */
static size_t
octets_of(int32_t kind)
{
	switch (kind) {
	case APAM_KIND_EC_P256:
	case APAM_KIND_ED25519:
		return 32;
	case APAM_KIND_EC_P384:
		return 48;
	case APAM_KIND_EC_P521:
		return 66;
	default:
		return 0;
	}
}

static enum apam_status
check_curve(const struct crypto_numbers *numbers, struct apam_error *err)
{
	const struct apam_str *at = numbers->at;
	const size_t n = octets_of(numbers->kind);

	if (n == 0)
		return error_set(err, APAM_E_USAGE,
		    "the key is of a kind that is not known");
	if (has_size(at[CRYPTO_X], n) && has_size(at[CRYPTO_D], n) &&
	    at[CRYPTO_X].n + at[CRYPTO_D].n > 0 &&
	    (numbers->kind == APAM_KIND_ED25519 ||
		at[CRYPTO_Y].n == at[CRYPTO_X].n))
		return APAM_OK;
	return error_set(err, APAM_E_USAGE,
	    "the key has a number that is longer or shorter than its curve's");
}

enum apam_status
key_of_numbers(const struct crypto_numbers *numbers, struct apam_key **key,
    struct apam_error *err)
{
	const enum apam_status status = numbers->kind == APAM_KIND_RSA ?
	    check_rsa(numbers, err) :
	    check_curve(numbers, err);
	struct crypto_failure failure;
	struct apam_key *made;

	*key = NULL;
	if (status != APAM_OK)
		return status;
	made = new_key(numbers->kind, numbers->at[CRYPTO_D].n > 0, err);
	if (made == NULL)
		return err->status;
	fork_defer();
	made->object = made->crypto->key_of_numbers(numbers, &failure);
	fork_permit();
	return finish(made, &failure, key, err);
}

enum apam_status
key_generate(int32_t kind, struct apam_key **key, struct apam_error *err)
{
	struct crypto_failure failure;
	struct apam_key *made;

	*key = NULL;
	if (kind == APAM_KIND_SYMMETRIC)
		return generate_bytes(key, err);
	if (kind < APAM_KIND_EC_P256 || kind > KEY_KIND_LAST)
		return error_set(err, APAM_E_USAGE,
		    "the key is of a kind that is not known");
	made = new_key(kind, true, err);
	if (made == NULL)
		return err->status;
	fork_defer();
	made->object = made->crypto->key_generate(kind, &failure);
	fork_permit();
	return finish(made, &failure, key, err);
}
