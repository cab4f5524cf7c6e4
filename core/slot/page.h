/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A page: the part of a slot (slot.h) that may be shared between processes.  It
 * holds a rendered signature, and for how long it is good.  It has no pointers,
 * and no width or offset of it depends on who reads it; PAGE_LAYOUT names what
 * is here, so that a program of another version leaves the page alone.
 *
 * A sequence lock: the writer makes the number odd, writes, makes it even; a
 * reader copies and then looks whether the number is still the same.  A reader
 * believes what it took only after the number has confirmed it; until then, and
 * where the writer is an enemy, all lengths are held within the page and the
 * reader's own memory.
 *
 * The ends of a page are written without that number: each only moves on, so
 * that any mixture of old and new ones is one that could have been written.
 */
#ifndef CORE_SLOT_PAGE_H
#define CORE_SLOT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <apam/types.h>

#include "base/relaxed.h"

/* Counts of these are masks of the bits that `shape` has for them. */
#define PAGE_HEADERS_MAX 7
#define PAGE_PARAMETERS_MAX 7
#define PAGE_IMAGE_MAX 8192
#define PAGE_WORD 8	/* an image has a multiple of these bytes */
/* bytes of a cache line: a thread that has slept finds few of them cached */
#define PAGE_LINE 64
#define PAGE_NO_SECOND INT64_C(-1)
#define PAGE_NONCE 16	/* as KEY_SEGMENT_NONCE */
/* bytes of a page that is shared: its file has this size for good */
#define PAGE_FILE_SIZE 12288

#define PAGE_MAGIC "APAMPAGE"
/* Changed with the struct.  Those with other pointers have another one. */
#define PAGE_LAYOUT (1U << 8 | (uint32_t)sizeof(void *))

/* A query parameter to add, "name=value", in the image. */
struct slot_parameter {
	uint32_t at;		/* where in the image it is */
	uint32_t n;		/* bytes of all */
	uint32_t name_n;	/* of the name */
	uint32_t yields;	/* 1: to one of its name in the URL; else 0 */
};

/* A span of time by two clocks, neither of which it may have left. */
struct page_span {
	/*
	 * By the wall clock, coarse, in ns since 1970.  A clock set back is
	 * noticed as a time before `from`.
	 */
	_Atomic int64_t from, until;
	/* By clock_ms, which nobody sets, and which goes on through suspend. */
	_Atomic int64_t forward_from, forward_until;
};

/* All of it is read while it is written; torn_copy.h. */
struct page {
	/* The first cache line begins: all that most signatures need. */
	_Atomic uint64_t sequence;
	/*
	 * The key registry's counter when the page was written; it is not good
	 * once they differ.
	 */
	_Atomic uint64_t counted;
	/* The second that `fresh` began in, if it goes on beyond it. */
	_Atomic int64_t second;	/* or PAGE_NO_SECOND */
	_Atomic uint64_t generation, credential; /* as in apam_signature */
	_Atomic uint32_t entries; /* the same */
	_Atomic uint32_t shape;	/* of what it holds; 0: nothing */
	/* Each packed by page_header_pack. */
	_Atomic uint64_t headers[PAGE_HEADERS_MAX];

	/* It may be used: until its files are to be looked at again; or, */
	struct page_span fresh;
	/* where it is shared, while whoever writes it cannot be asked. */
	struct page_span alone;

	/* These are set once, of a page that is shared; else zero. */
	char magic[8];
	_Atomic uint32_t layout;
	_Atomic uint32_t retired; /* 1: it will never be good again */
	_Atomic uint64_t serial; /* random; no other page has it */
	_Atomic uint64_t rights; /* hash of the rules that it goes by */
	unsigned char nonce[PAGE_NONCE]; /* of the key registry's counter */

	/*
	 * What is copied into the store: the parameters, the bytes of both, one
	 * or more NULs.  Behind it the reader makes the header array.
	 */
	_Alignas(PAGE_LINE) char image[PAGE_IMAGE_MAX];
};

_Static_assert(sizeof(struct page) <= PAGE_FILE_SIZE, "a file has all of it");
_Static_assert(offsetof(struct page, headers) == 48, "and two headers");

/*
 * All sizes in one number, so that no reader sees the sizes of two images: the
 * image's bytes, at most PAGE_IMAGE_MAX, and how many headers and parameters
 * there are.
 */
static inline uint32_t
page_shape(size_t bytes, size_t headers, size_t parameters)
{
	return (uint32_t)(bytes / PAGE_WORD << 8 | parameters << 4 | headers);
}

/* True if there is something, and no more than an image has. */
static inline bool
page_shape_fits(uint32_t shape)
{
	return shape - (1U << 8) < (uint32_t)PAGE_IMAGE_MAX / PAGE_WORD << 8;
}

static inline size_t
page_image_bytes(uint32_t shape)
{
	return (size_t)(shape >> 8) * PAGE_WORD;
}

static inline size_t
page_headers(uint32_t shape)
{
	return shape & PAGE_HEADERS_MAX;
}

static inline size_t
page_parameters(uint32_t shape)
{
	return shape >> 4 & PAGE_PARAMETERS_MAX;
}

/* How many bytes the name and the value of a header have. */
static inline uint64_t
page_header_pack(size_t name_n, size_t value_n)
{
	return (uint64_t)value_n << 32 | (uint32_t)name_n;
}

/* True if both clocks are in the span. */
bool page_span_holds(const struct page_span *span);

/* ---- Writing: one thread of one process at a time ------------------------ */

/* The span is from now on, for `ms`. */
void page_span_begin(struct page_span *span, int64_t ms);
/* It is over. */
void page_span_end(struct page_span *span);

/* It is fresh for `ms` from now on. */
void page_refresh(struct page *page, int64_t ms);

/* Between these two, what is read counts for nothing. */
void page_begin_write(struct page *page);
void page_end_write(struct page *page);

/* Wipe the image; between the two. */
void page_wipe(struct page *page);

/* Close it, for good. */
void page_retire(struct page *page);

/* Write that it holds nothing and is good for nothing. */
void page_close(struct page *page);
bool page_is_closed(const struct page *page);

#endif
