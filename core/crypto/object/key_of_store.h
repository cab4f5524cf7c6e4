/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys that OpenSSL finds by URI: key_of_store of the table.
 */
#ifndef CORE_CRYPTO_OBJECT_KEY_OF_STORE_H
#define CORE_CRYPTO_OBJECT_KEY_OF_STORE_H

#include "crypto/object/openssl_object.h"

void *key_of_store_open(const struct crypto_store *store,
    struct crypto_public *public, struct crypto_failure *failure);

#endif
