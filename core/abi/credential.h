/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A credential: what acquiring yielded.  Immutable once made, shared by
 * reference count.
 */
#ifndef CORE_CREDENTIAL_H
#define CORE_CREDENTIAL_H

#include <stdatomic.h>

#include <apam/module.h>

#include "abi/signing.h"

struct credential {
	atomic_uint refs;
	struct apam_credential_view view; /* what modules see */
	struct buf secret;
	uint64_t generation;
	uint64_t id;		/* the generation that had these bytes first */
	bool minted;		/* by an exchange; else static */
	int64_t since;		/* clock_ms: when its exchange was sent */
	int64_t expires;	/* clock_ms; INT64_MAX: never */
	int64_t stale;		/* clock_ms: not used from then on */
	struct apam_signing rendered; /* of a module with static headers */
};

/*
 * Take over the bytes of `secret`, which is then empty.  `lifetime` in seconds
 * counts from `since` (clock_ms), when the exchange was sent.  NULL: memory.
 */
struct credential *credential_new(struct buf *secret, uint64_t generation,
    int64_t since, int64_t lifetime);
/*
 * A static credential was acquired anew, for which the generation counts: where
 * it is the old one, byte for byte, it keeps the id.  `old` may be NULL.
 */
void credential_follow(struct credential *c, const struct credential *old);
struct credential *credential_hold(struct credential *c);
/* Drop one reference and set *c to NULL; the last one wipes and frees. */
void credential_release(struct credential **c);

#endif
