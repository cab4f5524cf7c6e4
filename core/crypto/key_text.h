/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A key from the text of a secret: which form it has is told here, the readers
 * are in key_pem.h and jwk.h.
 */
#ifndef CORE_CRYPTO_KEY_TEXT_H
#define CORE_CRYPTO_KEY_TEXT_H

#include "crypto/key.h"

/*
 * A key in PEM or as a JWK, which say their kind.  USAGE: it is neither, or not
 * one that apam uses, or the key is not right; the text says what is wrong, as
 * "the key is encrypted: ...".  Other errors as key.h has them.
 */
enum apam_status key_of_text(
    struct apam_str text, struct apam_key **key, struct apam_error *err);

#endif
