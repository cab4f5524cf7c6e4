/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading JSON Web Keys: RFC 7517; RFC 7518, 6; RFC 8037, 2.
 */
#ifndef CORE_CRYPTO_JWK_H
#define CORE_CRYPTO_JWK_H

#include "base/buf.h"
#include "crypto/object/openssl_object.h"

/*
 * The numbers of a JWK, private or public, which are views into *bytes; or a
 * symmetric key, kind SYMMETRIC, whose bytes are all of *bytes.  `bytes` was
 * set up as by buf_init(bytes, CRYPTO_KEY_MAX).  Returns NULL, or a static text
 * that says what is wrong.  If bytes->failed is set, or json_is_short says so of the
 * text, memory ran out.
 */
const char *jwk_read(struct apam_str text, struct buf *bytes,
    struct crypto_numbers *numbers);

#endif
