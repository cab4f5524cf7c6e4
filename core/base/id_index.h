/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds numbers by an id, such as the rows of a long list that have a key.  If
 * several numbers have the same id, they come in the order in which they were
 * added.
 */
#ifndef CORE_BASE_ID_INDEX_H
#define CORE_BASE_ID_INDEX_H

#include <stdbool.h>
#include <stddef.h>

struct id_slot;

/* An empty index is all zero. */
struct id_index {
	struct id_slot *slots;
	size_t size, count;
};

/* `id` is borrowed until the index is freed.  False if memory runs out. */
bool id_index_add(struct id_index *index, const char *id, size_t number);

/*
 * Give the next number of an id.  *at is 0 before the first call, and the
 * caller does not change it.  False if there are no more.
 */
bool id_index_next(const struct id_index *index, const char *id, size_t *at,
    size_t *number);

/* Free the index; it is empty afterwards, and may be empty before. */
void id_index_free(struct id_index *index);

#endif
