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

#include "flight/flight.h"

#define SPENDING_RETRY_MS 10

/*
 * Begin the turn of a flight whose op is set up.  DURABLE_BUSY: try again after
 * SPENDING_RETRY_MS.  DURABLE_FAILED: *err says why nothing is sent.
 */
enum durable_begin spending_begin(struct flight *f, struct apam_error *err);

/* Why the turn did not come until the deadline. */
void spending_late(const struct flight *f, struct apam_error *err);

/* The exchange is about to be sent.  False: not so, *err says why. */
bool spending_send(struct flight *f, struct apam_error *err);

/*
 * The module has taken a step.  Where it gave a successor, that is stored; else
 * the end of a run decides what became of what was sent.  A refusal of a secret
 * that was replaced meanwhile becomes one that may pass.
 */
void spending_stepped(struct flight *f, enum apam_step step);

/* True while its exchange is on the wire: a successor may be on its way. */
bool spending_is_out(const struct flight *f);

/* The exchange ended without an answer; `sent`: some of it may have got out. */
void spending_unanswered(struct flight *f, bool sent);

/*
 * The flight has landed and has a successor that is not on the disk: it goes on
 * for that alone, keeps the lock, and lets go of all else.
 */
bool spending_stays(struct flight *f);

/* Try again; how long to wait for the next try, in ms, or 0: it is done. */
int64_t spending_store(struct flight *f);

#endif
