/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The writer's side of a slot.  It is given plain values; which signature may
 * go into a slot, and for how long, profile/warm.c decides.
 *
 * All of it with the context's lock held, but for slot_serves.
 */
#ifndef CORE_SLOT_WRITE_H
#define CORE_SLOT_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "text/fields.h"
#include "text/url.h"

struct slot;

/* What is written. */
struct slot_content {
	uint64_t generation, credential; /* as in struct apam_signature */
	unsigned entries;	/* the same */
	uint64_t counted;	/* the key registry's counter, as it was read */
	/*
	 * For how long from now on: until something is to be looked at; and
	 * where nobody can look, until the credential ends.
	 */
	int64_t good_ms, alone_ms;
	const struct url *origins; /* of the profile */
	size_t origin_count;
	const struct fields *headers, *query; /* this percent-encoded */
	uint64_t yielding;	/* bit i: parameter i, as slot_parameter says */
};

/*
 * How many bytes of an origin a URL can be recognised by: all of its host, in
 * the form that hosts write.  0: the URL cannot be recognised at a glance.
 */
size_t slot_origin_bytes(const struct url *origin);

/*
 * Have the slot sign for these origins, of which no more than SLOT_ORIGINS_MAX
 * count that can be recognised; the URLs stay the caller's.
 */
void slot_set_origins(
    struct slot *slot, const struct url *origins, size_t count);

/*
 * True where a slot has room for the headers and the parameters, the names of
 * these need no decoding, and a URL can be known at a glance to be in one of
 * the origins.
 */
bool slot_can_hold(const struct slot_content *content);

/*
 * Open the slot with this content, which it can hold.  Of one that has it
 * already, the times alone are written, for the sake of those who read it.  It is
 * no longer good after good_ms, or once the counter moves on.
 */
void slot_open(struct slot *slot, const struct slot_content *content);

/*
 * The same with what signs each request anew, in place of headers and query: it
 * is lent out until the slot is closed, and the slot's from now on, which calls
 * `let_go` when nobody has it.  Where it is lent already, only the times are
 * new.  False, and it stays the caller's, without memory, or while somebody
 * still has what was lent before.
 */
bool slot_lend(struct slot *slot, const struct slot_content *content,
    void *what, void (*let_go)(void *what));

/* What is lent, of a slot that may be NULL; NULL: nothing. */
void *slot_lent(const struct slot *slot);

/*
 * True where the slot, which may be NULL, serves with a credential of this
 * generation, signed when the counter was at `counted`.
 */
bool slot_serves(const struct slot *slot, uint64_t generation,
    uint64_t counted);

/*
 * Close the slot, which may be NULL, and wipe what is in it.  One with a page of
 * another process is closed for this process alone.
 */
void slot_close(struct slot *slot);

#endif
