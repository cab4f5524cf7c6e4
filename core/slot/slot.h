/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A slot: one signature that depends on nothing but a cached credential, kept
 * rendered, so that any number of threads copy it out without a lock, an
 * allocation or a system call.  This is its layout, as its writer (write.c) and
 * its readers (read.h) see it.
 *
 * Where a scheme signs each request anew, the slot has no image, but lends out
 * what signs (base/loan.h), under the same conditions.
 *
 * A sequence lock: the writer makes the number odd, writes, makes it even; a
 * reader copies and then looks whether the number is still the same.  A reader
 * believes what it took from the slot only after the number has confirmed it;
 * until then lengths are held within the slot, so that torn data does no harm.
 * The live test check_slot shows that it holds.
 */
#ifndef CORE_SLOT_SLOT_H
#define CORE_SLOT_SLOT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <apam/types.h>

#include "base/loan.h"
#include "base/relaxed.h"
#include "slot/torn_copy.h"
#include "slot/url_plain.h"

#define SLOT_ORIGINS_MAX 4
#define SLOT_HEADERS_MAX 4
#define SLOT_PARAMETERS_MAX 4
#define SLOT_IMAGE_MAX 8192
/* bytes of a cache line: a thread that has slept finds few of them cached */
#define SLOT_LINE 64
#define SLOT_NO_SECOND ((time_t)-1)

/* A query parameter to add, "name=value", in the image. */
struct slot_parameter {
	uint32_t at;		/* where in the image it is */
	uint32_t n;		/* bytes of all */
	uint32_t name_n;	/* of the name */
	uint32_t yields;	/* 1: to one of its name in the URL; else 0 */
};

/* All of it is read while it is written; torn_copy.h. */
struct slot {
	/* The first cache line begins. */
	_Atomic uint32_t sequence;
	_Atomic unsigned entries;
	/*
	 * The key registry's counter, and its value when the slot was written;
	 * the slot is not good once they differ.
	 */
	const _Atomic uint64_t *counter; /* never changes */
	_Atomic uint64_t counted;
	/*
	 * The slot is good for `span` after `from`, by the wall clock, coarse,
	 * in ns.  That clock goes on through suspend; a clock set back is
	 * noticed as a time before `from`.  The span is hardly longer than
	 * RELOAD_CHECK_MS.
	 */
	_Atomic int64_t from;
	_Atomic uint64_t span;
	/* The second that the span began in, if the span goes on beyond it. */
	_Atomic time_t second; /* or SLOT_NO_SECOND */
	/*
	 * Of the credential, in two halves, so that all this stays in one cache
	 * line.
	 */
	_Atomic uint32_t generation, credential;
	_Atomic uint32_t shape; /* of the image; 0: there is none */
	_Atomic uint32_t origin_count;

	struct url_start origins[SLOT_ORIGINS_MAX];
	size_t size; /* of this block */
	/*
	 * What signs each request anew, in place of an image, lent to those who
	 * sign; NULL until a slot first has one.
	 */
	_Atomic(struct loan *) signer;
	/*
	 * What is copied into the store: the header array, the parameters, then
	 * the bytes of both.  The array's pointers are offsets, too.
	 */
	_Alignas(SLOT_LINE) char image[SLOT_IMAGE_MAX];
};

/*
 * A closed slot; NULL when out of memory.  `counter` is that of the key
 * registry; it outlives the slot.  A slot is not freed while its context is
 * open, so that a reader may be late.
 */
struct slot *slot_new(const _Atomic uint64_t *counter);
/* It is closed, and *slot may be NULL. */
void slot_free(struct slot **slot);

/* In a forked child, for the threads that are not there; it may be NULL. */
void slot_renew(struct slot *slot);

/* The wall clock, coarse, in ns. */
int64_t slot_wall_ns(void);

/*
 * All sizes of an image in one number, so that no reader sees the sizes of two
 * images: at most SLOT_IMAGE_MAX bytes, and as many of them as its headers and
 * parameters need.
 */
static inline uint32_t
slot_shape(size_t bytes, size_t headers, size_t parameters)
{
	return (uint32_t)(bytes << 8 | parameters << 4 | headers);
}

static inline size_t
slot_bytes(uint32_t shape)
{
	return shape >> 8;
}

static inline size_t
slot_headers(uint32_t shape)
{
	return shape & 0xf;
}

static inline size_t
slot_parameters(uint32_t shape)
{
	return shape >> 4 & 0xf;
}

/* Bytes of the header array and the parameters, which the text begins after. */
static inline size_t
slot_tables(size_t headers, size_t parameters)
{
	return headers * sizeof(struct apam_header) +
	    parameters * sizeof(struct slot_parameter);
}

/* Asking which second it is takes half as long as reading a finer clock. */
static inline bool
slot_in_span(const struct slot *s)
{
	return time(NULL) == RELAXED_LOAD(s->second) ||
	    (uint64_t)(slot_wall_ns() - RELAXED_LOAD(s->from)) <
	    RELAXED_LOAD(s->span);
}

/* True while its time has not run out and the registry has not changed. */
static inline bool
slot_is_good(const struct slot *s)
{
	return RELAXED_LOAD(*s->counter) == RELAXED_LOAD(s->counted) &&
	    slot_in_span(s);
}

#endif
