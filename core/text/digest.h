/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 (FIPS 180-4) of what apam hashes: bytes, piece by piece or at once,
 * the body of a request, an open file.
 */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include <nettle/sha2.h>
#include <stdbool.h>

#include <apam/types.h>

#define DIGEST_SIZE SHA256_DIGEST_SIZE

/* A hash under way, as secret as what was put into it: end each one. */
struct digest {
	struct sha256_ctx sha;
};

void digest_begin(struct digest *d);

/* `bytes` may be NULL where `n` is 0. */
void digest_put(struct digest *d, const void *bytes, size_t n);

/* A number as eight bytes, the least first; such as a text's length. */
void digest_put_number(struct digest *d, uint64_t n);

/* The digest of all that was put, in order; *d is wiped. */
void digest_end(struct digest *d, unsigned char to[DIGEST_SIZE]);

/* The three in one. */
void digest_bytes(struct apam_str bytes, unsigned char to[DIGEST_SIZE]);

/*
 * False, with nothing to be used at `to`, where the host gave neither body nor
 * digest, or reading failed.
 */
bool digest_body(const struct apam_body *body, unsigned char to[DIGEST_SIZE]);

/* From the start of `fd`, by offset; false as above where reading failed. */
bool digest_file(int fd, unsigned char to[DIGEST_SIZE]);

#endif
