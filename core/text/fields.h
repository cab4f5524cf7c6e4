/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A growing list of pairs of name and value in one buffer, which is wiped: the
 * headers of an exchange, a response or a signature, and query parameters.
 */
#ifndef CORE_TEXT_FIELDS_H
#define CORE_TEXT_FIELDS_H

#include "base/buf.h"

#define FIELDS_MAX (256 * 1024)	/* bytes in all pairs */
#define FIELDS_FEW 4	/* most lists are no longer */

/* It may not be copied: `array` may be its own `few`. */
struct fields {
	struct buf text;	/* name NUL value NUL ... */
	struct apam_header *array; /* made by fields_array */
	size_t shown;		/* how many the array has */
	size_t count;
	const char *refused;	/* why an add was refused; static */
	struct apam_header few[FIELDS_FEW];
};

/* In memory for secrets. */
void fields_init(struct fields *f);
/* For one call, in ordinary memory, first in that of the caller: buf_init_in. */
void fields_init_in(struct fields *f, char *room, size_t size);
/* Wipe and free; *f is then empty, as after it was set up. */
void fields_free(struct fields *f);

/*
 * Add a pair.  A failure stays: `refused` says why (bad header name or value,
 * see header.h; no memory) and later adds do nothing.
 */
void fields_add_header(struct fields *f, struct apam_str name,
    struct apam_str value);
/* Add a pair without checking its bytes, except that a NUL is refused. */
void fields_add(struct fields *f, struct apam_str name, struct apam_str value);

/*
 * Read the pair at *at, which is 0 for the first one, and step to the next.
 * False where there is none.  The views are valid until the next add.
 */
bool fields_next(const struct fields *f, size_t *at, struct apam_header *pair);

/* The same for a name and a value that `put` writes, neither with a NUL. */
void fields_add_written(struct fields *f, struct apam_str name,
    struct apam_str value,
    void (*put)(struct buf *b, struct apam_str bytes));

/* Refuse all, for a static reason; the first one stays. */
void fields_refuse(struct fields *f, const char *why);

/* All pairs, valid until the next add; NULL when empty or failed. */
const struct apam_header *fields_array(struct fields *f);

#endif
