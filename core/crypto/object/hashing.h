/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `hash`, `hash_new`, `hash_put` and `hash_end` of the table, as struct
 * crypto_object has them.
 */
#ifndef CORE_CRYPTO_OBJECT_HASHING_H
#define CORE_CRYPTO_OBJECT_HASHING_H

#include <openssl/types.h>

#include "crypto/object/openssl_object.h"

void *hashing_new(int32_t hash, struct crypto_failure *failure);
bool hashing_put(
    void *hash, const void *bytes, size_t n, struct crypto_failure *failure);
bool hashing_end(void *hash, unsigned char *to, size_t *n,
    struct crypto_failure *failure);
bool hashing_message(int32_t hash, const struct crypto_message *message,
    unsigned place, unsigned char *to, size_t *n,
    struct crypto_failure *failure);

/* Hash a message in a context of OpenSSL's.  False, with an error queued. */
bool hashing_run(EVP_MD_CTX *context, EVP_MD *md,
    const struct crypto_message *message, unsigned char *to, size_t *n);

#endif
