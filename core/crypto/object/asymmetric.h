/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sign` and `verify` of the table, as struct crypto_object has them.
 */
#ifndef CORE_CRYPTO_OBJECT_ASYMMETRIC_H
#define CORE_CRYPTO_OBJECT_ASYMMETRIC_H

#include "crypto/object/openssl_object.h"

bool asymmetric_sign(void *key, int32_t algorithm,
    const struct crypto_message *message, unsigned place, unsigned char *to,
    size_t *n, struct crypto_failure *failure);
bool asymmetric_verify(void *key, int32_t algorithm,
    const struct crypto_message *message, struct apam_str signature,
    unsigned place, bool *right, struct crypto_failure *failure);

/* Free one of a key's contexts. */
void asymmetric_free(void *context);

#endif
