/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 (FIPS 180-4) of everything that apam hashes: bytes, piece by piece or
 * at once, the body of a request, an open file.
 */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include <nettle/sha2.h>
#include <stdbool.h>

#include <apam/types.h>

#define DIGEST_SIZE SHA256_DIGEST_SIZE

/*
 * An unfinished hash.  It is as secret as its input, so each one must be ended.
 */
struct digest {
	struct sha256_ctx sha;
};

void digest_begin(struct digest *d);

/* `bytes` may be NULL if `n` is 0. */
void digest_put(struct digest *d, const void *bytes, size_t n);

/* Add a number, such as a text's length, as eight bytes, little-endian. */
void digest_put_number(struct digest *d, uint64_t n);

/* The digest of everything that was put, in order; *d is wiped. */
void digest_end(struct digest *d, unsigned char to[DIGEST_SIZE]);

/* Begin, put and end in one call. */
void digest_bytes(struct apam_str bytes, unsigned char to[DIGEST_SIZE]);

/*
 * The digest of a request's body.  False if the host gave neither body nor
 * digest, or if reading failed; `to` must not be used then.
 */
bool digest_body(const struct apam_body *body, unsigned char to[DIGEST_SIZE]);

/* The digest of the whole file, read by offset.  False if reading failed. */
bool digest_file(int fd, unsigned char to[DIGEST_SIZE]);

#endif
