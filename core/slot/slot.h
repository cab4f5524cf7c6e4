/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A slot: one signature that depends on nothing but a cached credential, kept
 * rendered, so that any number of threads copy it out without a lock, an
 * allocation or a system call.  This is its layout, as its writer (write.c) and
 * its readers (read.h) see it.
 *
 * A sequence lock: the writer makes the number odd, writes, makes it even; a
 * reader copies and then looks whether the number is still the same.  A reader
 * believes what it took from the slot only after the number has confirmed it;
 * until then lengths are held within the slot, so that torn data does no harm.
 * The live test check_slot shows that it holds.
 */
#ifndef CORE_SLOT_H
#define CORE_SLOT_H

#include <stdint.h>
#include <time.h>

#include "slot/torn_copy.h"
#include "slot/url_plain.h"

#define SLOT_ORIGINS_MAX 4
#define SLOT_HEADERS_MAX 4
#define SLOT_IMAGE_MAX 8192
#define SLOT_LINE 64 /* of a cache: a thread that has slept finds few of them */
#define SLOT_NO_SECOND ((time_t)-1)

/* All of it is read while it is written; torn_copy.h. */
struct slot {
	/* One line of a cache. */
	_Atomic uint32_t sequence;
	_Atomic unsigned entries;
	/* Of the key registry: `counted` when it was read, or not good. */
	const _Atomic uint64_t *counter; /* never changes */
	_Atomic uint64_t counted;
	/*
	 * Good for so long from then on, by the wall clock, coarse, in ns: it
	 * goes on through suspend, and when it is set back the span's begin is
	 * missed.  The span is hardly longer than RELOAD_CHECK_MS.
	 */
	_Atomic int64_t from;
	_Atomic uint64_t span;
	/* The second that this span began in, where it goes on beyond it. */
	_Atomic time_t second; /* or SLOT_NO_SECOND */
	/* Of the credential: two halves, so that this stays one line. */
	_Atomic uint32_t generation, credential;
	_Atomic uint32_t shape; /* of the image; 0: there is none */
	_Atomic uint32_t origin_count;

	struct url_start origins[SLOT_ORIGINS_MAX];
	size_t size; /* of this block */
	/*
	 * What goes into the store: the header array, then the bytes.  Its
	 * pointers are offsets here, from the image's begin.
	 */
	_Alignas(SLOT_LINE) char image[SLOT_IMAGE_MAX];
};

/*
 * A closed slot; NULL when out of memory.  `counter` is that of the key
 * registry; it outlives the slot.  A slot is not freed while its context is
 * open, so that a reader may be late.
 */
struct slot *slot_new(const _Atomic uint64_t *counter);
void slot_free(struct slot **slot);

/* The wall clock, coarse, in ns. */
int64_t slot_wall_ns(void);

/*
 * Both sizes of an image in one number, so that no reader sees those of two:
 * at most SLOT_IMAGE_MAX bytes, and as many of them as its headers need.
 */
static inline uint32_t
slot_shape(size_t bytes, size_t headers)
{
	return (uint32_t)(bytes << 8 | headers);
}

static inline size_t
slot_bytes(uint32_t shape)
{
	return shape >> 8;
}

static inline size_t
slot_headers(uint32_t shape)
{
	return shape & 0xff;
}

/* To ask which second it is takes half the time that a finer clock takes. */
static inline bool
slot_in_span(const struct slot *s)
{
	return time(NULL) == LOAD(s->second) ||
	    (uint64_t)(slot_wall_ns() - LOAD(s->from)) < LOAD(s->span);
}

/* True while its time has not run out and the registry is as it was. */
static inline bool
slot_is_good(const struct slot *s)
{
	return LOAD(*s->counter) == LOAD(s->counted) && slot_in_span(s);
}

#endif
