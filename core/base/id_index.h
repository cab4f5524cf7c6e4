/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers found by an id: which rows of a long list are of that key.  Several
 * may have one id, and come in the order in which they were added.
 */
#ifndef CORE_ID_INDEX_H
#define CORE_ID_INDEX_H

#include <stdbool.h>
#include <stddef.h>

struct id_slot;

/* Zeroed: empty. */
struct id_index {
	struct id_slot *slots;
	size_t size, count;
};

/* `id` is borrowed until the index is freed.  False when out of memory. */
bool id_index_add(struct id_index *index, const char *id, size_t number);

/*
 * Goes through the numbers of an id: *at is 0 before the first call and not
 * touched between them.  False when there is no more.
 */
bool id_index_next(const struct id_index *index, const char *id, size_t *at,
    size_t *number);

/* Fine on an empty one, which it then is. */
void id_index_free(struct id_index *index);

#endif
