/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The slot of the hit path, as its writer (write.c) and its readers
 * (api/sign_short.c) see it.
 *
 * A sequence lock: the writer makes the number odd, writes, makes it even; a
 * reader copies and then looks whether the number is still the same.  Whatever
 * a reader takes from the slot is only believed once the number has confirmed
 * it; until then lengths are held within the slot, so that torn data does no
 * harm.  check_hot shows that it holds.
 */
#ifndef CORE_HOT_SLOT_H
#define CORE_HOT_SLOT_H

#include <stdint.h>
#include <time.h>

#include "slot/torn_copy.h"
#include "slot/url_plain.h"

#define HOT_ORIGINS_MAX 4
#define HOT_HEADERS_MAX 4
#define HOT_IMAGE_MAX 8192
#define HOT_LINE 64 /* of a cache: a thread that has slept finds few of them */
#define HOT_NO_SECOND ((time_t)-1)

/* All of it is read while it is written; torn_copy.h. */
struct hot {
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
	_Atomic time_t second; /* or HOT_NO_SECOND */
	/* Of the credential: two halves, so that this stays one line. */
	_Atomic uint32_t generation, credential;
	_Atomic uint32_t shape; /* of the image; 0: there is none */
	_Atomic uint32_t origin_count;

	struct url_start origins[HOT_ORIGINS_MAX];
	size_t size; /* of this block */
	/*
	 * What goes into the store: the header array, then the bytes.  Its
	 * pointers are offsets here, from the image's begin.
	 */
	_Alignas(HOT_LINE) char image[HOT_IMAGE_MAX];
};

/*
 * Both sizes of an image in one number, so that no reader sees those of two:
 * at most HOT_IMAGE_MAX bytes, and as many of them as its headers need.
 */
static inline uint32_t
hot_shape(size_t bytes, size_t headers)
{
	return (uint32_t)(bytes << 8 | headers);
}

static inline size_t
hot_bytes(uint32_t shape)
{
	return shape >> 8;
}

static inline size_t
hot_headers(uint32_t shape)
{
	return shape & 0xff;
}

/* The wall clock, coarse, in ns. */
int64_t hot_wall_ns(void);

/* Which second it is takes half the time that more takes. */
static inline bool
hot_in_span(const struct hot *h)
{
	return time(NULL) == LOAD(h->second) ||
	    (uint64_t)(hot_wall_ns() - LOAD(h->from)) < LOAD(h->span);
}

/* True while its time has not run out and the registry is as it was. */
static inline bool
hot_is_good(const struct hot *h)
{
	return LOAD(*h->counter) == LOAD(h->counted) && hot_in_span(h);
}

#endif
