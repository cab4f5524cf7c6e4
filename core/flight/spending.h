/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a flight does with its entry's durable secret: it takes its turn before
 * it calls the module, notes that the secret is being sent before it is sent,
 * stores a successor before it looks at anything else, and draws from how an
 * exchange ended what became of the secret (durable/durable_turn.h).
 *
 * No scheme is known here: what an answer means is what the module says.
 */
#ifndef CORE_FLIGHT_SPENDING_H
#define CORE_FLIGHT_SPENDING_H

#include "abi/op.h"
#include "entry/entry.h"

#define SPENDING_RETRY_MS 10

/* Of one flight; `turn` is DURABLE_TURN_NONE at first. */
struct spending {
	struct entry *entry;
	struct durable_turn turn;
	int64_t store_after;	/* ms between two tries to store a successor */
	/* The secret that was sent was refused, and another one has taken its
	   place meanwhile. */
	bool replaced;
	bool yielded;		/* spending_yields has been true */
	int64_t wait;		/* ms until the secret may be sent; or 0 */
};

/*
 * Begin the turn, for an op that is set up.  DURABLE_BUSY: try again after
 * SPENDING_RETRY_MS.  DURABLE_FAILED: *err says why nothing is sent.
 */
enum durable_begin spending_begin(
    struct spending *s, struct op *op, struct apam_error *err);

/* Why the turn did not come until the deadline. */
void spending_late(const struct spending *s, struct apam_error *err);

/*
 * The exchange is about to be sent.  False: not so, *err says why, and s->wait
 * how long not to try again.
 */
bool spending_send(struct spending *s, struct op *op, struct apam_error *err);

/*
 * The module has taken a step, and if it made a credential, that one's life is
 * `life`; else NULL.  Where it gave a successor, that is stored; else the end
 * of a run decides what became of what was sent.  A refusal of a secret that
 * was replaced meanwhile becomes one that may pass.
 */
void spending_stepped(struct spending *s, struct op *op, enum apam_step step,
    const struct durable_life *life);

/*
 * True, once in a flight, if what was refused had been replaced meanwhile, as
 * by another process that rotated it: the turn is over, and a run that begins
 * anew reads what is there now.
 */
bool spending_yields(struct spending *s);

/* The exchange ended without an answer; `sent`: some of it may have got out. */
void spending_unanswered(struct spending *s, struct op *op, bool sent);

/* Begin to try to store a successor that is not on the disk; false: none. */
bool spending_stays(struct spending *s);

/* Try again; how long to wait for the next try, in ms, or 0: it is done. */
int64_t spending_store(struct spending *s);

#endif
