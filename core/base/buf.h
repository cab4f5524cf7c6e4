/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one buffer type: its bytes are wiped when it is freed and when it grows.
 *
 * There are two kinds of memory.  Use buf_init for all that is a secret or may
 * hold one: secrets, credentials, requests and answers, configuration files, in
 * which people put secrets by mistake.  Its memory is locked and kept out of
 * core dumps if the system allows that; it is scarce, and comes in whole pages.
 * Use buf_init_plain for the rest, such as the key registry, notes and URLs
 * without a query.  buf_init_in is for what lives for one call: it is ordinary
 * memory, too, and begins with some of the caller's own, so that small contents
 * cost no allocation.
 *
 * A failure stays: after a put that did not fit or found no memory, the buffer
 * is empty, `failed` is set and later puts do nothing, so that callers check
 * only once, at the end.  Its view is empty, too, but fails every buffer that it
 * is put into: what was made of it is not taken for something shorter.  A NUL
 * always follows the bytes of buf_view.
 */
#ifndef CORE_BASE_BUF_H
#define CORE_BASE_BUF_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <apam/types.h>

#include "base/wipe.h"

struct buf {
	char *p;
	size_t n; /* bytes in use */
	size_t cap; /* bytes allocated, 0 before the first put */
	size_t max; /* n never exceeds this */
	bool failed;
	bool no_memory; /* it failed because memory ran out, not room */
	bool plain; /* its memory is not locked */
	char *room; /* the caller's memory, which it has first; or NULL */
	size_t room_size;
};

/* Make *b empty with a cap of `max` bytes; allocates nothing. */
void buf_init(struct buf *b, size_t max);
void buf_init_plain(struct buf *b, size_t max);
/* The first `size` bytes of memory are those of `room`, which outlives *b. */
void buf_init_in(struct buf *b, size_t max, char *room, size_t size);

/* Make room for n more bytes, or as many as `max` allows, in one step. */
void buf_reserve(struct buf *b, size_t n);

/* Where the views of failed buffers point: short of room, or of memory. */
extern const char buf_failed_views[2];

/* True for the view of a buffer that failed. */
static inline bool
buf_is_failed_view(struct apam_str view)
{
	return view.n == 0 &&
	    (view.p == &buf_failed_views[0] || view.p == &buf_failed_views[1]);
}

/* Where it is one, *b fails for the same reason.  buf_put does that itself. */
void buf_fail_as(struct buf *b, struct apam_str view);

/* buf_put where that needs more than to copy. */
void buf_put_more(struct buf *b, struct apam_str bytes);

/* Append bytes, which must not be the buffer's own (buf_holds). */
static inline void
buf_put(struct buf *b, struct apam_str bytes)
{
	if (bytes.n == 0 || bytes.n >= b->cap - b->n ||
	    bytes.n > b->max - b->n) {
		buf_put_more(b, bytes);
		return;
	}
	memcpy(b->p + b->n, bytes.p, bytes.n);
	b->n += bytes.n;
	b->p[b->n] = '\0';
}

/*
 * Append n bytes, more than none, which the caller writes before anything else
 * is done with the buffer: where they belong.  NULL where it fails.
 */
char *buf_append(struct buf *b, size_t n);

static inline void
buf_put_char(struct buf *b, char c)
{
	buf_put(b, (struct apam_str){ &c, 1 });
}

/*
 * The unused room, for callers that fill it in place: *n bytes from the pointer
 * returned; *n is 0 if there is none.  buf_filled then adds the first n bytes
 * of the room.
 */
char *buf_room(struct buf *b, size_t *n);
void buf_filled(struct buf *b, size_t n);

/* True if bytes are some of its own: a change may move or wipe them. */
static inline bool
buf_holds(const struct buf *b, struct apam_str bytes)
{
	const uintptr_t begin = (uintptr_t)b->p, at = (uintptr_t)bytes.p;

	return b->n > 0 && at >= begin && at - begin < b->n;
}

/* Replace the contents by bytes, which may be some of its own. */
void buf_set(struct buf *b, struct apam_str bytes);

/* Cut to the first n bytes and wipe the rest.  n is at most b->n. */
void buf_truncate(struct buf *b, size_t n);

/* Its bytes, until the next change; empty when it failed. */
struct apam_str buf_view(const struct buf *b);

/* Make it fail: it is empty, and later puts do nothing. */
void buf_fail(struct buf *b);

/* Wipe and free; *b is then as after buf_init.  A zeroed *b is allowed. */
void buf_free(struct buf *b);

/* True if equal; the time depends only on the lengths. */
bool bytes_equal(struct apam_str a, struct apam_str b);

#endif
