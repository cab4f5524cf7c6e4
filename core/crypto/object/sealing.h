/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `seal` and `open` of the table, as struct crypto_object has them.
 */
#ifndef CORE_CRYPTO_OBJECT_SEALING_H
#define CORE_CRYPTO_OBJECT_SEALING_H

#include "crypto/object/openssl_object.h"

bool sealing_seal(
    const struct crypto_sealing *s, struct crypto_failure *failure);
bool sealing_open(const struct crypto_sealing *s, bool *right,
    struct crypto_failure *failure);

#endif
