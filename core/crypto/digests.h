/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Digests of the same bytes by several hashes, piece by piece (digest.h).
 */
#ifndef CORE_CRYPTO_DIGESTS_H
#define CORE_CRYPTO_DIGESTS_H

#include <apam/apam.h>

#include "crypto/digest.h"

#define DIGESTS_MAX APAM_HASH_MD5 /* there are so many hashes */

/* Under way, or ended; end each that began.  It is not moved. */
struct digests {
	struct digest running[DIGESTS_MAX];
	int32_t hashes[DIGESTS_MAX];
	size_t count;
	unsigned char bytes[DIGESTS_MAX][APAM_HASH_MAX];
	struct apam_digest all[DIGESTS_MAX]; /* once it has ended */
};

/*
 * Begin; bit 1 << enum apam_hash: this hash is wanted.  `err` is the caller's
 * until the end.
 */
void digests_begin(
    struct digests *d, unsigned hashes, struct apam_error *err);

/* As digest_put. */
void digests_put(struct digests *d, struct apam_str bytes);

/*
 * Fill in d->all, `count` of them, with views of d->bytes.  Errors: those of
 * digest.h; POLICY: openssl.cnf leaves no provider that has one.
 */
enum apam_status digests_end(struct digests *d);

/* That by this hash, of those that have ended; empty: it is not there. */
struct apam_str digests_find(
    const struct apam_digest *all, size_t count, int32_t hash);

#endif
