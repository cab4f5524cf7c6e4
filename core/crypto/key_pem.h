/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A key in PEM (RFC 7468).
 */
#ifndef CORE_CRYPTO_KEY_PEM_H
#define CORE_CRYPTO_KEY_PEM_H

#include "base/buf.h"
#include "crypto/object/openssl_object.h"

/* True if it has a line that begins a block. */
bool key_pem_is(struct apam_str text);

/*
 * The numbers of its first key, which are views into *der.  Blocks that hold
 * something else, and text outside of blocks, are skipped.  `der` was set up as
 * by buf_init(der, CRYPTO_KEY_MAX).  Returns NULL, or a static text that says
 * what is wrong.  If der->failed is set memory ran out.
 */
const char *key_pem_read(struct apam_str text, struct buf *der,
    struct crypto_numbers *numbers);

#endif
