/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `hmac` of the table, as struct crypto_object has it.
 */
#ifndef CORE_CRYPTO_OBJECT_MAC_H
#define CORE_CRYPTO_OBJECT_MAC_H

#include "crypto/object/openssl_object.h"

bool mac_hmac(void *key, int32_t hash, const struct crypto_message *message,
    unsigned place, unsigned char *to, size_t *n,
    struct crypto_failure *failure);

/* Free one of a key's contexts. */
void mac_free(void *context);

#endif
