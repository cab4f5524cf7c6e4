/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Evidence about a key, from the provider: the module's check (introspection,
 * a fresh mint), then the entry's probe.
 *
 * Only an answer about the credential counts.  A redirect, 403, 429, 5xx, an
 * HTML page or a network fault is evidence of nothing: unknown.
 */
#ifndef CORE_EVIDENCE_H
#define CORE_EVIDENCE_H

#include "entry.h"

/*
 * Acquire a credential: run the module's function and make the credential of
 * what it built.  The caller releases *c.  Errors: the module's, the network's.
 */
enum apam_status evidence_acquire(struct entry *e, int64_t deadline,
    struct credential **c, struct apam_error *err);

/*
 * Find out about the key.  `c` is the credential in use, or NULL.  *minted is
 * a fresh credential where the check yielded one, which the caller releases;
 * else NULL.  Never fails: what cannot be found out is unknown, with the
 * reason.
 */
void evidence_gather(struct entry *e, struct credential *c, int64_t deadline,
    struct key_finding *finding, struct credential **minted);

#endif
