/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys whose private part stays where OpenSSL finds it by URI, as in a TPM or
 * behind PKCS #11.  Such a key signs; its public part is a key as any other,
 * here, and verifies.
 *
 * Opening and signing may take long: a device or a server is asked.  No fork
 * takes place meanwhile.  A child opens the key again, when it first signs.
 */
#ifndef CORE_CRYPTO_STORE_KEY_H
#define CORE_CRYPTO_STORE_KEY_H

#include "crypto/key.h"
#include "file/key_uri.h"

/*
 * Open it; `uri` and `pin`, its PIN or empty, are copied.  `user`: user mode of
 * file/trust.h, by whose rule the file of a file: URI is opened, as that of a
 * secret.  SECRET, with what OpenSSL says, where there is no such key;
 * TRUST; other errors as key.h has them.  Signing with it fails with SECRET
 * where the store does not sign, or has another key now.
 */
enum apam_status store_key_open(const struct key_uri *uri, struct apam_str pin,
    bool user, struct apam_key **key, struct apam_error *err);

#endif
