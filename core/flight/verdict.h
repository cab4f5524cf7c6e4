/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the API's responses say of a credential.  No network I/O is here.
 * Callers do not hold the context's lock.
 */
#ifndef CORE_FLIGHT_VERDICT_H
#define CORE_FLIGHT_VERDICT_H

#include "entry/entry.h"

/*
 * A response said that credentials up to `generation` are rejected, or with
 * SUSPECT perhaps are.  Acts once for each credential.  True if signing again
 * may work: with this entry or, if its key is dead, with a `standby`.
 */
bool verdict_reject(struct entry *e, uint64_t generation,
    enum apam_verdict verdict, bool standby);

/* True if the credential that is held has this generation. */
bool verdict_holds(struct entry *e, uint64_t generation);

/* A response said that the credential was accepted. */
void verdict_accept(struct entry *e);

#endif
