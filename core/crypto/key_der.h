/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A private key as bytes, for libcurl, which takes no other.  No module sees
 * them.
 */
#ifndef CORE_CRYPTO_KEY_DER_H
#define CORE_CRYPTO_KEY_DER_H

#include "crypto/key.h"

#define KEY_DER_MAX 16384	/* bytes; RSA of 16384 bits has some 9300 */

/*
 * Append the key as PKCS #8 (RFC 5958, 2) in DER to a secret buffer, which has
 * room for KEY_DER_MAX.  USAGE: it is symmetric, or has no private part, or is
 * an RSA key without its primes.  Other errors as in key.h.
 */
enum apam_status key_der(
    const struct apam_key *key, struct buf *to, struct apam_error *err);

#endif
