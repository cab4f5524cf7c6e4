/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is done with keys.  Errors as key.h has them; nothing allocates but
 * OpenSSL, and EdDSA with a message of several parts.
 *
 * A message is `count` parts, one after the other.  The texts of errors say
 * nothing of it.
 */
#ifndef CORE_CRYPTO_KEY_USE_H
#define CORE_CRYPTO_KEY_USE_H

#include "crypto/key.h"

#define KEY_STEPS_MAX 64

/*
 * HMAC (RFC 2104) by an enum apam_hash.  `to` has room for APAM_HASH_MAX bytes;
 * *n is how many there are.  USAGE: the key is not symmetric, or there is no
 * such hash.
 */
enum apam_status key_hmac(const struct apam_key *key, int32_t hash,
    const struct crypto_message *message, unsigned char *to, size_t *n,
    struct apam_error *err);

/* Where a signature goes. */
struct key_signature {
	unsigned char *to;
	size_t size;	/* its room */
	size_t n;	/* set: how many bytes there are */
};

/*
 * Sign by an enum apam_algorithm.  USAGE: the key is of another kind or has no
 * private part, or there is no room.
 */
enum apam_status key_sign(const struct apam_key *key, int32_t algorithm,
    const struct crypto_message *message, struct key_signature *signature,
    struct apam_error *err);

/* OK: the signature is right.  DENIED: it is not.  USAGE as key_sign. */
enum apam_status key_verify(const struct apam_key *key, int32_t algorithm,
    const struct crypto_message *message, struct apam_str signature,
    struct apam_error *err);

/*
 * A new key: the first step is hashed with `key`, each other one with what came
 * before, and the last result is the key.  USAGE as key_hmac, or there are
 * fewer than one step or more than KEY_STEPS_MAX.
 */
enum apam_status key_derive(const struct apam_key *key, int32_t hash,
    const struct crypto_message *steps, struct apam_key **to,
    struct apam_error *err);

#endif
