/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The client's side of a page that the agent shares: mapping it, and believing
 * nothing of it but what the agent may decide.
 */
#ifndef CORE_SLOT_PAGE_MAP_H
#define CORE_SLOT_PAGE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <apam/apam.h>

#include "slot/page.h"
#include "text/url.h"

struct slot;

/* What a page has to be, and what its slot is to be for. */
struct page_claim {
	uint64_t serial;	/* as the agent said */
	/*
	 * The key registry's counter of this process, which outlives the slot,
	 * and its nonce.  Without a nonce there are no pages: do not ask.
	 */
	const _Atomic uint64_t *counter;
	unsigned char nonce[PAGE_NONCE];
	/*
	 * Of the profile, as this process read it.  They are a new slot's: for
	 * other origins than it has (slot_is_for), take another slot.
	 */
	const struct url *origins;
	size_t origin_count;
	void **room;		/* as slot_new_mapped has it */
};

/*
 * What is wrong with the file as a page, as a clause: "it can be cut off"; or
 * NULL, and *owner is the user whose file it is, who may be the agent or not.
 */
const char *slot_map_check(int fd, uid_t *owner);

/*
 * Map the page of which `fd` is a descriptor, with which slot_map_check found
 * nothing wrong; `fd` stays the caller's, and may be closed afterwards.  If *slot
 * is NULL it is a new slot then, else the same slot with another page, which
 * takes the old one's place in one step for all who read it; that slot may have
 * been closed (slot_close), and is open again.
 *
 * Returns NULL, or what is wrong with the page, as a clause: "it cannot be
 * mapped"; *slot is as it was then.  Nothing in a page, whatever it says and
 * whenever it changes, has a reader read or write outside the page and its own
 * memory.  But what a page may contain is the agent's to decide: the headers are
 * believed.
 */
const char *slot_map(
    struct slot **slot, int fd, const struct page_claim *claim);

/*
 * Open again, for this process, what slot_close closed: the agent has been asked
 * since, and said that this page is right.
 */
void slot_reopen(struct slot *slot, const _Atomic uint64_t *counter);

/* True if the slot signs for these origins, and no others. */
bool slot_is_for(
    const struct slot *slot, const struct url *origins, size_t count);

/* True where the page, of a slot that may be NULL, will never be good again. */
bool slot_is_retired(const struct slot *slot);

/*
 * slot_sign (read.h) for times in which the agent cannot be asked: the page need
 * not be fresh, but has to be one that may be used alone still, by both clocks,
 * and by the key registry's counter.  False: there is no signature.
 */
bool slot_sign_alone(const struct slot *slot,
    const struct apam_request *request, struct apam_signature *signature);

#endif
