/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent's side of a page that others read: a slot whose page lies in a file
 * in memory (memfd_create(2)) that can neither grow nor shrink, and whose mode
 * lets its owner read it and nobody else.  Others get a descriptor that was
 * opened anew for reading, by which they can neither write it, nor map it for
 * writing, nor open it again, cut it, or change its mode.  It is not sealed
 * against writing: a new agent has to write the pages that the old one left.
 *
 * Such a slot is opened and closed as any other (write.h); when it is freed, its
 * page is retired, for all who have it.  All of this with the
 * context's lock held.
 */
#ifndef CORE_SLOT_PAGE_FILE_H
#define CORE_SLOT_PAGE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "slot/page.h"

struct slot;

/*
 * For how long a page is fresh at most.  As long as it is used, its writer looks
 * at all that it depends on each second, and opens it again (slot_open), which
 * leaves what is in it alone where that is still right.  It is less than the time
 * for which whoever makes a key registry waits until all have seen it
 * (key_counter_advance).
 */
#define PAGE_FRESH_MS 1400

/* What a shared page says of itself. */
struct page_facts {
	unsigned char nonce[PAGE_NONCE]; /* of the key registry's counter */
	uint64_t rights;	/* hash of the rules that it goes by */
};

/*
 * A closed slot with a new page, which gets a serial that no other page has.
 * `counter` is as slot_new has it.  NULL with errno without memory, descriptors
 * or random numbers.
 */
struct slot *slot_new_shared(
    const _Atomic uint64_t *counter, const struct page_facts *facts);

/*
 * The slot of a page that an older agent left, whose writable descriptor is
 * `fd`; it is the slot's from now on.  It is made whole first: one that was
 * being written is closed.  What is in it stays good for those who use it alone
 * until it is written, closed or retired; it is not fresh.  NULL, and `fd` is
 * closed, where it is not such a page, is retired, or is for other facts; it is
 * retired then if it is a page at all.
 */
struct slot *slot_adopt(int fd, const _Atomic uint64_t *counter,
    const struct page_facts *facts);

/* The page's serial; 0 of a slot that is NULL or has no page for others. */
uint64_t slot_serial(const struct slot *slot);

/*
 * A descriptor of the page that can only be read, close-on-exec; the caller
 * closes it.  -1 with errno.  It needs /proc.
 */
int slot_descriptor(const struct slot *slot);

/* The slot's own descriptor, for who keeps it for the next agent; or -1. */
int slot_kept_descriptor(const struct slot *slot);

#endif
