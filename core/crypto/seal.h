/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sealing: AES-256-GCM (NIST SP 800-38D) under a key that is derived for this
 * one time, by HKDF-SHA256 (RFC 5869) of a secret and a salt.
 */
#ifndef CORE_CRYPTO_SEAL_H
#define CORE_CRYPTO_SEAL_H

#include "crypto/object/openssl_object.h"

#define SEAL_NONCE_SIZE CRYPTO_NONCE_SIZE
#define SEAL_TAG_SIZE CRYPTO_TAG_SIZE

/*
 * Encrypt the bytes in place, and give nonce and tag.  `salt` must be new each
 * time.  Errors, in *err, which is not NULL: MEMORY, INTERNAL and TRUST as
 * openssl has them (openssl.h); the bytes are then of no use.
 */
enum apam_status seal(
    const struct crypto_sealing *sealing, struct apam_error *err);

/*
 * Decrypt the bytes in place, by nonce and tag.  OK with *right false: they
 * were sealed with something else, or changed; they are wiped then.  Errors:
 * the same; the bytes are of no use.
 */
enum apam_status seal_open(const struct crypto_sealing *sealing, bool *right,
    struct apam_error *err);

#endif
