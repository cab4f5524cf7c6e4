/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 of what apam hashes: bytes, the body of a request, an open file.
 */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include <stdbool.h>

#include <apam/types.h>

#define DIGEST_SIZE 32

/* False only where OpenSSL has no memory. */
bool digest_bytes(struct apam_str bytes, unsigned char to[DIGEST_SIZE]);

/* False where the host gave neither body nor digest, or reading failed. */
bool digest_body(const struct apam_body *body, unsigned char to[DIGEST_SIZE]);

/* From the start of `fd`, by offset; false where reading failed. */
bool digest_file(int fd, unsigned char to[DIGEST_SIZE]);

#endif
