/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table of slots, half full at most; an id is looked for from the slot of its
 * hash (FNV-1a) on, to the first that is empty.  Ids are the administrator's,
 * who gains nothing by making them collide.
 */
#include "base/id_index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 64 /* a power of two, as all sizes are */

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

/* Behind all that are of the same id. */
static void
put(struct id_index *index, const char *id, size_t number)
{
	const size_t mask = index->size - 1;
	size_t i = hash(id) & mask;

	while (index->slots[i].id != NULL)
		i = (i + 1) & mask;
	index->slots[i] = (struct id_slot){ id, number };
}

/* From an empty slot on, so that those of one id keep their order. */
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
			put(to, s->id, s->number);
	}
}

static bool
grow(struct id_index *index)
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
	if (index->count * 2 >= index->size && !grow(index))
		return false;
	put(index, id, number);
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
