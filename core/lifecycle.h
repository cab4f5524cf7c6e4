/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The credential of an entry: cached until it is stale, acquired by one caller
 * at a time, replaced when rejected, refused for good after a permanent
 * answer.  No lock is held while an exchange is on the wire.
 */
#ifndef CORE_LIFECYCLE_H
#define CORE_LIFECYCLE_H

#include "entry.h"

/*
 * A valid credential, which the caller releases.  Waits for the one acquiring
 * caller at most until `deadline` (clock_ms).  A failed refresh gives the old
 * credential while that is valid; an expired one is never given.  Errors: the
 * acquire's; the latched one; DEADLINE.
 */
enum apam_status lifecycle_credential(struct entry *e, int64_t deadline,
    struct credential **c, struct apam_error *err);

/* The credential in use, held, whatever its age; NULL where there is none. */
struct credential *lifecycle_current(struct entry *e);

/*
 * A response said that credentials up to `generation` are rejected.  Acts once
 * for each generation.  True where signing again may work.
 */
bool lifecycle_reject(struct entry *e, uint64_t generation);

/*
 * Take what a check found: the state, and the credential that it minted, if
 * any.  A dead key latches; a good one opens the latch.
 */
void lifecycle_learn(struct entry *e, const struct key_finding *finding,
    struct credential *minted);

/* Forget the credential; the next call acquires. */
void lifecycle_forget(struct entry *e);

/* A copy of what is known of the key. */
struct key_finding lifecycle_key(struct entry *e);

#endif
