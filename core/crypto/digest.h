/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 (FIPS 180-4) of what apam hashes: bytes, piece by piece or at once,
 * the body of a request, an open file.  And other hashes, for modules.
 *
 * What fails on the way is told at the end.  Errors, in *err, which is never
 * NULL: MEMORY, INTERNAL and TRUST as openssl has them (openssl.h).  The bytes
 * at `to` are then zero.
 */
#ifndef CORE_CRYPTO_DIGEST_H
#define CORE_CRYPTO_DIGEST_H

#include <stdbool.h>

#include "crypto/object/openssl_object.h"

#define DIGEST_SIZE 32

/* A hash under way, as secret as what was put into it: end each one. */
struct digest {
	const struct crypto_object *crypto;
	void *hash;		/* NULL: it failed */
	struct apam_error *err;	/* the caller's, until its end */
};

void digest_begin(struct digest *d, struct apam_error *err);

/* `bytes` may be NULL where `n` is 0. */
void digest_put(struct digest *d, const void *bytes, size_t n);

/* A number as eight bytes, the least first; such as a text's length. */
void digest_put_number(struct digest *d, uint64_t n);

/* The digest of all that was put, in order; *d is zeroed, what it held wiped. */
enum apam_status digest_end(struct digest *d, unsigned char to[DIGEST_SIZE]);

/*
 * The same by an enum apam_hash, into room for APAM_HASH_MAX bytes; *n is how
 * many there are, 0 where it failed.  POLICY: openssl.cnf leaves no provider that
 * has it.
 */
void digest_begin_by(struct digest *d, int32_t hash, struct apam_error *err);
enum apam_status digest_end_by(
    struct digest *d, unsigned char *to, size_t *n);

/* From the start of `fd`, by offset; USAGE as above where reading failed. */
enum apam_status digest_file(
    int fd, unsigned char to[DIGEST_SIZE], struct apam_error *err);

/*
 * Another hash, by an enum apam_hash, of a message in parts.  `to` has room for
 * APAM_HASH_MAX bytes; *n is how many there are.  USAGE: there is no such hash;
 * POLICY: openssl.cnf leaves no provider that has it.
 */
enum apam_status digest_message(int32_t hash,
    const struct crypto_message *message, unsigned char *to, size_t *n,
    struct apam_error *err);

/* How many bytes the digests of this hash have; 0: there is no such hash. */
size_t digest_size(int32_t hash);

/*
 * Make *body, whose digests are those that are known, ask for others: where one
 * is lacking, digest_body fails and sets *asked to its hash.  That is 0 here,
 * and lives as long as the body and all copies of it.
 */
void digest_asks(struct apam_body *body, int32_t *asked);

/*
 * The same of a request's body.  USAGE, and nothing in *err, where the host gave
 * neither body nor this digest, or reading failed.
 */
enum apam_status digest_body(int32_t hash, const struct apam_body *body,
    unsigned char *to, size_t *n, struct apam_error *err);

#endif
