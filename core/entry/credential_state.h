/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of an entry's credential as state: what there is, what was said of
 * it, when to ask again.  Only rules are here, nothing waits or is sent;
 * flight/obtain.h has the flights that bring what these take in.
 *
 * All of it is guarded by the context's lock, which callers hold.
 */
#ifndef CORE_LIFE_H
#define CORE_LIFE_H

#include <apam/admin.h>
#include <pthread.h>
#include <stdatomic.h>

#include "abi/credential.h"
#include "entry/key_state.h"
#include "flight/admit.h"

struct life {
	pthread_cond_t changed;
	unsigned waiting;	/* threads that wait for it */
	unsigned owed;		/* those that have yet to hear of a landing */
	struct credential *current;
	bool busy;		/* a flight is under way */
	bool untold;		/* who waited for the last one is to tell */
	bool queued;		/* it waits for another process's */
	bool unwanted;		/* what it brings: dropped meanwhile */
	uint64_t flights;	/* how many have landed */
	struct apam_error outcome; /* of the last one */
	uint64_t landed;	/* generation that the last one made; 0: none */
	struct apam_error latch; /* permanent answer; status OK: none */
	int64_t aside_until;	/* clock_ms: when that latch opens; 0: never */
	uint64_t rejected;	/* generations up to this were rejected */
	bool spared;		/* when it was, a standby entry was there */
	_Atomic unsigned rejections; /* in a row, of fresh credentials */
	_Atomic bool proven;	/* the API has accepted it */
	unsigned failures;	/* in a row */
	int64_t not_before;	/* clock_ms: no flight until then */
	int64_t refresh_at;	/* clock_ms */
	struct apam_error last_error;
	int64_t last_error_at;	/* Unix time in seconds */
	struct standing standing; /* the provider's word on the key */
	struct admission admission; /* the registry's word */
};

void life_init(struct life *l);
/* Fine on a zeroed one that life_init has seen. */
void life_free(struct life *l);

/* Make the condition anew; its waits end by the clock that nobody sets. */
void life_renew_condition(struct life *l);

/* ---- What holds at `now`, clock_ms --------------------------------------- */

/* The credential there is was rejected. */
bool life_rejected(const struct life *l);

/* There is one that may be sent. */
bool life_usable(const struct life *l, int64_t now);

/* The last flight has made one that those who waited for it may send. */
bool life_just_made(const struct life *l, int64_t now);

/*
 * Refused for good.  What is denied is another credential: the one there is
 * serves on while it is valid.
 */
bool life_latched(const struct life *l, int64_t now);

/* ---- What flights and responses bring ------------------------------------ */

/*
 * A credential.  One that another process acquired, `shared`, says nothing of
 * how long that takes.  It is held.
 */
void life_take(struct life *l, const struct profile_entry *conf,
    struct credential *c, bool shared);

/*
 * None.  `retry_after` is how long the provider wants to be left alone, in
 * seconds; -1: it does not say.
 */
void life_fail(struct life *l, const struct apam_error *why,
    int64_t retry_after);

/* What is known of the key: a dead one latches, a good one opens the latch. */
void life_learn(struct life *l, const struct profile_entry *conf,
    const struct key_finding *finding);

/* The credential is not to be used again. */
void life_reject(struct life *l);

/*
 * The API's word is evidence enough to leave the key alone for a while, nobody
 * being there to be asked.
 */
void life_set_aside(struct life *l, const struct profile_entry *conf);

/* A key that was set aside gets another chance when that time is over. */
void life_reopen(struct life *l, int64_t now);

/* Open the latch: an administrator wants the key to be tried anew. */
void life_retry(struct life *l);

/* Forget the credential. */
void life_drop(struct life *l);

/* ---- Copies --------------------------------------------------------------- */

/* Go on with what another knows of the same key and options. */
void life_inherit(struct life *l, const struct life *old);

/* What people are shown. */
void life_show(const struct life *l, struct apam_entry_status *to);

#endif
