/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A slot: one signature that depends on nothing but a cached credential, kept
 * rendered, so that any number of threads copy it out without a lock, an
 * allocation or a system call.
 *
 * It is a handle, which is this process's own, and right behind it a page
 * (page.h), so that a reader needs no pointer to get there.  The page is memory
 * of this process, too; or it is shared, and mapped there: the agent writes it
 * (page_file.h), its clients can only read it (page_map.h).  Readers (read.h)
 * do not know which it is.  What is signed for which URL, a client takes from
 * its own handle, never from a page.
 *
 * Where a scheme signs each request anew, the page is empty, and the slot lends
 * out what signs (base/loan.h), under the same conditions.
 *
 * The live test check_slot shows that no torn read is believed.
 */
#ifndef CORE_SLOT_SLOT_H
#define CORE_SLOT_SLOT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <apam/types.h>

#include "base/loan.h"
#include "base/relaxed.h"
#include "slot/page.h"
#include "slot/torn_copy.h"
#include "slot/url_plain.h"

#define SLOT_ORIGINS_MAX 4

enum slot_kind {
	SLOT_PRIVATE,		/* the page is this process's */
	SLOT_SHARED,		/* others read it */
	SLOT_MAPPED		/* another process writes it */
};

struct slot {
	/*
	 * The key registry's counter, which outlives the slot.  Of a mapped
	 * page that this process has closed for itself it is one that no page
	 * goes by.
	 */
	_Atomic(const _Atomic uint64_t *) counter;
	_Atomic uint32_t origin_count;
	enum slot_kind kind;
	/*
	 * What signs each request anew, in place of an image, lent to those who
	 * sign; NULL until a slot first has one.
	 */
	_Atomic(struct loan *) signer;
	size_t size;		/* of this block */
	int fd;			/* the page's file, writable; or -1 */
	struct url_start origins[SLOT_ORIGINS_MAX];

	struct page page;
};

/*
 * A closed slot with a page of its own; NULL when out of memory.  `counter` is
 * that of the key registry; it outlives the slot.  A slot is not freed while
 * its context is open, so that a reader may be late.
 */
struct slot *slot_new(const _Atomic uint64_t *counter);
/*
 * A slot whose page is the file `fd`, of PAGE_FILE_SIZE bytes, as that is,
 * which it can write.  The page is in no core dump, and locked where a limit
 * allows it.  NULL with errno; `fd` stays the caller's.
 */
struct slot *slot_new_on_file(int fd, const _Atomic uint64_t *counter);

/*
 * Memory for slot_new_mapped, for those who have time before they have the
 * file.  NULL without memory.
 */
void *slot_room_new(void);
void slot_room_free(void **room);
/*
 * The same, of a page that another process writes; see slot_lock.  *room is of
 * slot_room_new, or NULL; it is NULL afterwards where it was of use.
 */
struct slot *slot_new_mapped(
    void **room, int fd, const _Atomic uint64_t *counter);

/*
 * Keep a mapped page from being written to a disk, as far as limits allow.
 * While the writer lives, the writer's lock holds the same memory, so that only
 * a program that goes on without the writer needs this.  Signatures that were
 * made with the page are in the program's own memory, which is not locked.
 */
void slot_lock(const struct slot *slot);

/*
 * Put another file in the place of the page of a mapped slot, in one step for
 * all who read there.  False with errno: the old one is still there.
 */
bool slot_change_file(struct slot *slot, int fd);

/* It is closed, and *slot may be NULL.  A shared page is retired. */
void slot_free(struct slot **slot);

/* The same, and a shared page stays as it is: another process writes it now. */
void slot_leave(struct slot **slot);

/* In a forked child, for the threads that are not there; it may be NULL. */
void slot_renew(struct slot *slot);

/* True if the URL plainly is in one of the origins after the first. */
bool slot_has_other_origin(const struct slot *slot, const char *url);

/* Asking which second it is takes half as long as reading a finer clock. */
static inline bool
slot_in_span(const struct slot *s)
{
	return (int64_t)time(NULL) == RELAXED_LOAD(s->page.second) ||
	    page_span_holds(&s->page.fresh);
}

/* True if the registry is as it was when the page was written. */
static inline bool
slot_is_counted(const struct slot *s)
{
	return RELAXED_LOAD(*RELAXED_LOAD(s->counter)) ==
	    RELAXED_LOAD(s->page.counted);
}

/* True while its time has not run out and the registry has not changed. */
static inline bool
slot_is_good(const struct slot *s)
{
	return slot_is_counted(s) && slot_in_span(s);
}

#endif
