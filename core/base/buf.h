/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one buffer type: bytes that are wiped on free and on growth, in memory
 * that is locked and kept out of core dumps where the system allows.
 *
 * Failure is sticky: after a put that did not fit or found no memory the
 * buffer is empty, `failed` is set and later puts do nothing, so that callers
 * check once, at the end.  A NUL always follows the bytes of buf_view.
 */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include <stdbool.h>

#include <apam/types.h>

struct buf {
	char *p;
	size_t n; /* bytes in use */
	size_t cap; /* bytes allocated, 0 before the first put */
	size_t max; /* n never exceeds this */
	bool failed;
	bool no_memory; /* failed for lack of memory, not of room */
};

/* Make *b empty with a cap of `max` bytes; allocates nothing. */
void buf_init(struct buf *b, size_t max);

/* Have room for n bytes more, as far as `max` allows, so that it grows once. */
void buf_reserve(struct buf *b, size_t n);

/* Append bytes that are not its own (buf_holds). */
void buf_put(struct buf *b, struct apam_str bytes);
void buf_put_char(struct buf *b, char c);

/*
 * The room behind its bytes, for who fills it in place: *n bytes from what is
 * returned, or *n is 0.  buf_filled then says how many of them are its own now.
 */
char *buf_room(struct buf *b, size_t *n);
void buf_filled(struct buf *b, size_t n);

/* True where bytes are some of its own: a change may move or wipe them. */
bool buf_holds(const struct buf *b, struct apam_str bytes);

/* Replace all of it by bytes, which may be some of its own. */
void buf_set(struct buf *b, struct apam_str bytes);

/* Cut to the first n bytes and wipe the rest.  n is at most b->n. */
void buf_truncate(struct buf *b, size_t n);

/* Its bytes, until the next change; "" when empty or failed. */
struct apam_str buf_view(const struct buf *b);

/* Wipe and free; *b is then as after buf_init.  Fine on a zeroed *b. */
void buf_free(struct buf *b);

/* Wipe memory in a way that the optimiser keeps; wipe.c. */
void wipe(void *p, size_t n);

/* Equal, in time that depends on the lengths only. */
bool bytes_equal(struct apam_str a, struct apam_str b);

#endif
