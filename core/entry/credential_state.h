/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The credential that is held for an entry, what is known of it and of its key,
 * and when to ask again.  Only rules are here: nothing waits and nothing is
 * sent.  flight/obtain.h has the flights whose results these functions take in.
 * All of it is guarded by the context's lock, which callers hold.
 */
#ifndef CORE_ENTRY_CREDENTIAL_STATE_H
#define CORE_ENTRY_CREDENTIAL_STATE_H

#include <stdatomic.h>

#include <apam/admin.h>

#include "abi/credential.h"
#include "entry/key_state.h"
#include "entry/restraint.h"

struct credential_state {
	struct credential *current;
	/* generation of the last flight's credential; 0: none */
	uint64_t landed;
	uint64_t rejected;	/* generations up to this were rejected */
	/* a standby entry existed when it was rejected */
	bool spared;
	_Atomic unsigned rejections; /* how many fresh credentials in a row */
	_Atomic bool proven;	/* the API has accepted it */
	int64_t refresh_at;	/* clock_ms */
	struct restraint restraint; /* when not to ask */
	struct key_state key;	/* what the provider says of the key */
};

void credential_state_init(struct credential_state *s);
void credential_state_free(struct credential_state *s);

/* ---- What holds at `now`, clock_ms --------------------------------------- */

/* True if the credential that is held was rejected. */
bool credential_state_rejected(const struct credential_state *s);

/* True if there is one that may be sent. */
bool credential_state_usable(const struct credential_state *s, int64_t now);

/* True if the last flight has made one that its waiters may send. */
bool credential_state_just_made(const struct credential_state *s, int64_t now);

/*
 * True if the key is refused for good.  An answer of the class DENIED refuses
 * another credential only: the one that is held is used while it is valid.
 */
bool credential_state_latched(const struct credential_state *s, int64_t now);

/* ---- What flights and responses bring ------------------------------------ */

/*
 * A flight brought a credential, which is now held.  `shared`: another process
 * acquired it, so that it is not known how long that took.
 */
void credential_state_take(struct credential_state *s,
    const struct profile_entry *conf, struct credential *c, bool shared);

/*
 * A flight brought none.  `retry_after` is how long the provider wants to be
 * left alone, in seconds; -1: it does not say.
 */
void credential_state_fail(struct credential_state *s,
    const struct apam_error *why, int64_t retry_after);

/* Do not try again for a while; `retry_after` as above. */
void credential_state_hold_off(
    struct credential_state *s, int64_t retry_after);

/*
 * Take in a finding about the key: a dead key latches, a good one opens the
 * latch.
 */
void credential_state_learn(struct credential_state *s,
    const struct profile_entry *conf, const struct key_finding *finding);

/* The credential is not to be used again. */
void credential_state_reject(struct credential_state *s);

/*
 * No provider can be asked about the key, so the API's rejection is enough to
 * leave it alone for a while.
 */
void credential_state_set_aside(struct credential_state *s,
    const struct profile_entry *conf);

/* A key that was set aside gets another chance when that time is over. */
void credential_state_reopen(struct credential_state *s, int64_t now);

/* Open the latch: an administrator wants the key to be tried again. */
void credential_state_retry(struct credential_state *s);

/* Forget the credential. */
void credential_state_drop(struct credential_state *s);

/* ---- Copies -------------------------------------------------------------- */

/* Take over what `old` knows of the same key and options. */
void credential_state_inherit(struct credential_state *s,
    const struct credential_state *old);

/* Fill in what people are shown, except `refreshing`. */
void credential_state_show(const struct credential_state *s,
    struct apam_entry_status *to);

#endif
