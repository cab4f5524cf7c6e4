/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hash table (FNV-1a) that is at most half full.  An id is searched from the
 * slot of its hash up to the first empty slot.  The ids come from the
 * administrator, who has no reason to make them collide.
 */
#include "base/id_index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 64 /* all sizes are powers of two */

struct id_slot {
	const char *id; /* NULL: empty */
	size_t number;
};

static size_t
hash(const char *id)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *id != '\0'; id++)
		h = (h ^ (unsigned char)*id) * 0x100000001b3;
	return (size_t)(h ^ h >> 32);
}

/* Put it behind all numbers with the same id. */
static void
put_slot(struct id_index *index, const char *id, size_t number)
{
	const size_t mask = index->size - 1;
	size_t i = hash(id) & mask;

	while (index->slots[i].id != NULL)
		i = (i + 1) & mask;
	index->slots[i] = (struct id_slot){ id, number };
}

/* Start at an empty slot, so that the numbers of an id stay in order. */
static void
put_all(struct id_index *to, const struct id_index *from)
{
	size_t start = 0;

	while (start < from->size && from->slots[start].id != NULL)
		start++;
	for (size_t n = 0; n < from->size; n++) {
		const struct id_slot *s =
		    &from->slots[(start + n) & (from->size - 1)];

		if (s->id != NULL)
			put_slot(to, s->id, s->number);
	}
}

static bool
grow_index(struct id_index *index)
{
	struct id_index larger = { .count = index->count,
		.size = index->size == 0 ? FIRST_SIZE : index->size * 2 };

	larger.slots = calloc(larger.size, sizeof(*larger.slots));
	if (larger.slots == NULL)
		return false;
	put_all(&larger, index);
	free(index->slots);
	*index = larger;
	return true;
}

bool
id_index_add(struct id_index *index, const char *id, size_t number)
{
	if (index->count * 2 >= index->size && !grow_index(index))
		return false;
	put_slot(index, id, number);
	index->count++;
	return true;
}

bool
id_index_next(
    const struct id_index *index, const char *id, size_t *at, size_t *number)
{
	const size_t mask = index->size - 1;
	const struct id_slot *s;

	if (index->size == 0)
		return false;
	for (size_t from = hash(id);; (*at)++) {
		s = &index->slots[(from + *at) & mask];
		if (s->id == NULL)
			return false;
		if (strcmp(s->id, id) == 0)
			break;
	}
	*number = s->number;
	(*at)++;
	return true;
}

void
id_index_free(struct id_index *index)
{
	free(index->slots);
	*index = (struct id_index){ .slots = NULL };
}
