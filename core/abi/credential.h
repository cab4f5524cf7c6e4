/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A credential: the result of acquiring.  It never changes once it is made, and
 * is shared by reference count.
 */
#ifndef CORE_ABI_CREDENTIAL_H
#define CORE_ABI_CREDENTIAL_H

#include <stdatomic.h>

#include <apam/module.h>

#include "abi/signing.h"

struct credential {
	atomic_uint refs;
	struct apam_credential_view view; /* what modules see */
	struct buf secret;
	uint64_t generation;
	uint64_t id;		/* the generation that first had these bytes */
	bool minted;		/* an exchange brought it; else static */
	int64_t since;		/* clock_ms when its exchange was sent */
	int64_t expires;	/* clock_ms; INT64_MAX: never */
	int64_t stale;		/* clock_ms; it is not used from then on */
	struct apam_signing rendered; /* for a module with static headers */
};

/*
 * Take over the bytes of `secret`, which is empty afterwards.  `lifetime`, in
 * seconds, counts from `since` (clock_ms), when the exchange was sent.  NULL if
 * memory runs out.
 */
struct credential *credential_new(struct buf *secret, uint64_t generation,
    int64_t since, int64_t lifetime);
/*
 * If the new credential has the same bytes as the old one, as when a static
 * credential was acquired again, it keeps the old one's id.  `old` may be NULL.
 */
void credential_follow(struct credential *c, const struct credential *old);
struct credential *credential_hold(struct credential *c);
/* Drop a reference and set *c to NULL; the last one wipes and frees it. */
void credential_release(struct credential **c);

#endif
