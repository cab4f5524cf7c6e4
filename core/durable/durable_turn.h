/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One turn at a durable secret: from taking its lock to letting it go.  What
 * happens in between may stop at any point, as by a crash, and no generation is
 * then spent twice that need not be:
 *
 *	begin	the lock is held, the record is read
 *	spend	room for the next record is reserved, and "is being sent" is on
 *		the disk: only now may the secret be sent
 *	succeed	the successor is on the disk, by one rename, which also says
 *		that nothing is being sent any more
 *	keep	the provider did not take the secret: it stays as it is
 *	refuse	the provider does not take it any more: somebody has to log in
 *
 * Where none of the last three follows, the record goes on to say that it is
 * being sent, and the next turn sends the same generation again: the provider
 * alone knows whether it took it.
 *
 * Nothing here waits for another process.  Texts name the secret and what to
 * do, never its bytes; `err` is not NULL.  A turn belongs to one thread at a
 * time.
 */
#ifndef CORE_DURABLE_DURABLE_TURN_H
#define CORE_DURABLE_DURABLE_TURN_H

#include "base/own_fd.h"
#include "durable/durable_place.h"

/* A zeroed one, but for `lock`, which is OWN_FD_NONE, holds nothing. */
struct durable_turn {
	struct durable_place place;
	struct own_fd lock;	/* fd below 0: not begun */
	struct durable_copy record; /* as it is on the disk */
	bool spending;		/* this turn may send, or has sent, it */
	struct buf unstored;	/* a successor that is not on the disk yet */
	struct durable_life life; /* of what came along with it */
};

#define DURABLE_TURN_NONE { .lock = OWN_FD_NONE }

/* What a record must fit to be sent; views are the caller's. */
struct durable_claim {
	struct apam_str scheme;
	struct apam_str machine; /* machine_mark's */
	struct apam_str bound;	/* as in struct durable_record */
};

enum durable_begin {
	DURABLE_BEGUN,
	DURABLE_BUSY,		/* another process or flight has its turn */
	DURABLE_FAILED		/* *err says why */
};

/* Begin; strings of `place` are borrowed until durable_turn_end. */
enum durable_begin durable_turn_begin(struct durable_turn *turn,
    const struct durable_place *place, struct apam_error *err);

/*
 * The same for who replaces the record, as a login does: one that is damaged
 * counts as none.
 */
enum durable_begin durable_turn_begin_anew(struct durable_turn *turn,
    const struct durable_place *place, struct apam_error *err);

/*
 * Empty if a record belongs to what `claim` says; else the name of the first
 * thing that is another one, which is static or a view of either.
 */
struct apam_str durable_stranger(
    const struct durable_record *is, const struct durable_claim *claim);

/*
 * May the record be sent at all?  Errors: LOGIN if there is none, somebody has
 * to log in, or it is older than one that was stored before; SECRET if it
 * belongs to something else than `claim` says.
 */
enum apam_status durable_turn_admit(const struct durable_turn *turn,
    const struct durable_claim *claim, struct apam_error *err);

/*
 * How many ms to wait before the secret is sent, so that one which the provider
 * may have taken is not sent again while what came along with it still lives;
 * 0: it may be sent.
 */
int64_t durable_turn_wait(const struct durable_turn *turn);

/*
 * The secret is about to be sent to `origin`.  Not before this returns OK.
 * Errors: SECRET if there is no room or the disk cannot be written, or it was
 * given by another origin.
 */
enum apam_status durable_turn_spend(struct durable_turn *turn,
    struct apam_str origin, struct apam_error *err);

/*
 * Store the successor, and how long what came along lives: NULL, as what came
 * before.  Bytes that are the same as before keep the generation.
 * If it cannot be stored, turn->unstored has it: nothing is to be spent until
 * durable_turn_store has succeeded.  Errors: SECRET, MEMORY; ABI if it is empty
 * or too long, and is then lost.
 */
enum apam_status durable_turn_succeed(struct durable_turn *turn,
    struct apam_str secret, const struct durable_life *life,
    struct apam_error *err);

/* Try again to store what is unstored. */
enum apam_status durable_turn_store(
    struct durable_turn *turn, struct apam_error *err);

/*
 * The provider did not take it, so it stays; `life` as above.  So it is, too,
 * where a credential comes later than the successor.  SECRET if that cannot be
 * written.
 */
enum apam_status durable_turn_keep(struct durable_turn *turn,
    const struct durable_life *life, struct apam_error *err);

/*
 * The provider does not take it any more.  The record is read again: true if it
 * is still the one that was sent, and somebody has to log in; false if another
 * has come in its place.  `reason` is for people; what cannot be shown of it
 * becomes '?'.
 */
bool durable_turn_refuse(struct durable_turn *turn, const char *reason);

/* Nobody knows whether the provider took it: the record goes on to say so. */
void durable_turn_leave(struct durable_turn *turn);

/* What a login has brought; views are the caller's. */
struct durable_gain {
	struct apam_str origin;	/* of whom it came from */
	struct apam_str secret, facts; /* as in struct durable_record */
};

/*
 * A login has brought the first secret of a new family.  Programs that run look
 * again.  Errors as of durable_turn_succeed.
 */
enum apam_status durable_turn_first(struct durable_turn *turn,
    const struct durable_claim *claim, const struct durable_gain *gain,
    struct apam_error *err);

/*
 * Logout: the secret is removed, and `reason` says why.  OK also where there is
 * no record.
 */
enum apam_status durable_turn_forget(
    struct durable_turn *turn, const char *reason, struct apam_error *err);

/*
 * Let the lock go, wipe and free.  Nothing is written: so it is right in a
 * child after a fork, too, whose parent keeps the lock.
 */
void durable_turn_end(struct durable_turn *turn);

#endif
