/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing a JSON Web Key: RFC 7517; RFC 7518, 6; RFC 8037, 2.
 */
#ifndef CORE_CRYPTO_JWK_WRITE_H
#define CORE_CRYPTO_JWK_WRITE_H

#include "crypto/key.h"

/*
 * Append the public part as a JWK: the members that RFC 7638, 3.2 asks for, in
 * its order and without spaces, so that a hash of it is the thumbprint.  USAGE:
 * the key is symmetric.  Other errors as key.h has them.
 */
enum apam_status jwk_write(
    const struct apam_key *key, struct buf *to, struct apam_error *err);

#endif
