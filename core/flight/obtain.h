/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The credential of an entry through its life: acquired by one flight at a
 * time, refreshed ahead of expiry while the old one serves on, replaced when
 * rejected, refused for good after a permanent answer.
 *
 * All state here is guarded by the context's lock, which is never held while
 * anything is on the wire.  Callers of the functions below do not hold it, but
 * where they say so.
 */
#ifndef CORE_LIFECYCLE_H
#define CORE_LIFECYCLE_H

#include <apam/admin.h>

#include "entry/entry.h"

struct flight;

/* How long a caller waits. */
struct patience {
	int64_t deadline;	/* clock_ms */
	bool none;		/* not at all: APAM_E_PENDING instead */
	/*
	 * With `none`: for each entry the landing that was waited for when the
	 * same call was tried before, 0: none.  Kept up here, so that a call
	 * that is tried again gets what its flight brought.  May be NULL.
	 */
	uint64_t *awaited;
	/* With `none`, set where that waits for another process; or NULL. */
	bool *queued;
};

/*
 * A valid credential, which the caller releases.  While there is one nobody
 * waits, and it serves on where the provider denies another; an expired one is
 * never given.  A check that is due is started, and not waited for.  Errors:
 * the flight's, for all who waited for it; the latched one; UNKNOWN, where
 * on_unknown forbids to go on; DEADLINE; PENDING.
 */
enum apam_status lifecycle_credential(struct entry *e,
    const struct patience *patience, struct credential **c,
    struct apam_error *err);

/*
 * Ask the provider about the key and wait for the finding.  Opens the latch
 * where the key is good.  Errors: DEADLINE, MEMORY.
 */
enum apam_status lifecycle_check(struct entry *e, int64_t deadline,
    struct key_finding *finding, struct apam_error *err);

/*
 * Tell the provider to revoke the credential; it is forgotten here whatever
 * the answer.  Errors: the flight's, DEADLINE, MEMORY.
 */
enum apam_status lifecycle_revoke(struct entry *e, int64_t deadline,
    struct apam_error *err);

/*
 * Forget the credential in this process; what a flight under way brings is not
 * used either.  A key that was found dead is tried anew.  With the context's
 * lock held.
 */
void lifecycle_drop(struct entry *e);

/*
 * A response said that credentials up to `generation` are rejected, or with
 * SUSPECT perhaps are.  Acts once for each credential.  True where signing
 * again may work: with this entry or, its key being dead, with a `standby`.
 */
bool lifecycle_reject(struct entry *e, uint64_t generation,
    enum apam_verdict verdict, bool standby);
/* True where the credential there is has this generation. */
bool lifecycle_holds(struct entry *e, uint64_t generation);

/* A response said that the credential was accepted. */
void lifecycle_accept(struct entry *e);

/*
 * The error of who waited in vain for a flight, which itself waits for another
 * process where it is `queued`.
 */
enum apam_status lifecycle_late(bool queued, struct apam_error *err);

/* Whether a flight waits for another process.  Called by the loop's driver. */
void lifecycle_queued(const struct flight *f, bool queued);

/* A flight's end: take its results.  Called by the loop's driver. */
void lifecycle_landed(struct flight *f);

/* Take over from the same entry of a stack that is replaced. */
void lifecycle_inherit(struct entry *e, struct entry *from);

/* Take what another process has shared, where there is no credential yet. */
void lifecycle_glance(struct entry *e);

/*
 * A copy of the state, for people; see apam_entry_status.  Not of the registry:
 * entry_is_archived.
 */
void lifecycle_show(struct entry *e, struct apam_entry_status *to);

#endif
