/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A key of the table: how it is made, freed and read.  struct crypto_object has
 * the contract of each function, by the member that it is.
 */
#ifndef CORE_CRYPTO_OBJECT_KEY_OBJECT_H
#define CORE_CRYPTO_OBJECT_KEY_OBJECT_H

#include "crypto/object/openssl_object.h"

struct key_object;

/* One of an asymmetric kind, without its EVP_PKEY; NULL: out of memory. */
struct key_object *key_object_new(int32_t kind);
void *key_object_of_bytes(
    struct apam_str bytes, struct crypto_failure *failure);
void *key_object_of_numbers(
    const struct crypto_numbers *numbers, struct crypto_failure *failure);
void *key_object_generate(int32_t kind, struct crypto_failure *failure);
void key_object_free(void *key);
bool key_object_private(const void *key, enum crypto_number which,
    unsigned char *to, size_t size, size_t *n, struct crypto_failure *failure);
bool key_object_number(const void *key, enum crypto_number which,
    unsigned char *to, size_t size, size_t *n, struct crypto_failure *failure);

#endif
