/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An entry's secrets as they are at one moment, after some were read anew.  A
 * set never changes once it is made, and is shared by reference count: a flight
 * that works with it sees the secrets of one moment.
 */
#ifndef CORE_ENTRY_SECRET_SET_H
#define CORE_ENTRY_SECRET_SET_H

#include <stdatomic.h>

#include "base/buf.h"
#include "config/option.h"

struct secret_set {
	atomic_uint refs;
	uint64_t number;	/* above that of every earlier set, from 1 */
	size_t count;
	struct buf *all;	/* in the order of struct secrets */
	struct option_values values; /* the entry's, with these; no lines */
};

/* One of `count` empty buffers.  NULL when out of memory. */
struct secret_set *secret_set_new(size_t count);

/*
 * Make set->values: a copy of the entry's, in which each secret views its
 * buffer.  False when out of memory.
 */
bool secret_set_finish(struct secret_set *set,
    const struct option_table *table, const struct option_values *values);

/* True if both hold the same bytes. */
bool secret_set_same(const struct secret_set *set, const struct buf *all);

/* Add a reference; returns `set`. */
struct secret_set *secret_set_hold(struct secret_set *set);
/* Drop a reference and set *set to NULL; the last one wipes and frees it. */
void secret_set_release(struct secret_set **set);

#endif
