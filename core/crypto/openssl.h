/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenSSL, loaded when something is first hashed or sealed.
 */
#ifndef CORE_CRYPTO_OPENSSL_H
#define CORE_CRYPTO_OPENSSL_H

#include "crypto/object/openssl_object.h"

/*
 * Its functions, for the life of the process; NULL with *err set where it does
 * not load or start: INTERNAL, TRUST or MEMORY, with the file where it is
 * one's. Call what may lock between fork_defer and fork_permit
 * (base/fork_gate.h).
 */
const struct crypto_object *openssl(struct apam_error *err);

/*
 * 0 in the process that loaded it; in a child of that, another number for each
 * child.
 */
unsigned openssl_child(void);

/* Make an error of what one of them said. */
enum apam_status openssl_failed(
    const struct crypto_failure *failure, struct apam_error *err);

#endif
