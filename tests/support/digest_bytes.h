/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SHA-256 of bytes that are there at once.
 */
#ifndef TESTS_DIGEST_BYTES_H
#define TESTS_DIGEST_BYTES_H

#include "crypto/digest.h"

/* As digest_begin, digest_put and digest_end. */
static inline enum apam_status
digest_bytes(struct apam_str bytes, unsigned char to[DIGEST_SIZE],
    struct apam_error *err)
{
	struct digest d;

	digest_begin(&d, err);
	digest_put(&d, bytes.p, bytes.n);
	return digest_end(&d, to);
}

#endif
