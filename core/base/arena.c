/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that is freed all at once: each piece is one malloc, and the pieces
 * are chained.  A file has a few dozen pieces, so larger shared blocks would
 * gain nothing and would hide overruns from the sanitizers.
 */
#include "base/arena.h"

#include <stdlib.h>

#include "base/buf.h"

struct arena_block {
	struct arena_block *next;
	size_t size; /* of bytes */
	max_align_t bytes[];
};

void *
arena_alloc(struct arena *arena, size_t count, size_t size)
{
	struct arena_block *block;

	if (size != 0 && count > (SIZE_MAX - sizeof(*block)) / size)
		return NULL;
	block = calloc(1, sizeof(*block) + count * size);
	if (block == NULL)
		return NULL;
	block->size = count * size;
	block->next = arena->blocks;
	arena->blocks = block;
	return block->bytes;
}

char *
arena_copy(struct arena *arena, struct apam_str text)
{
	char *copy;

	if (text.n == SIZE_MAX)
		return NULL;
	copy = arena_alloc(arena, text.n + 1, 1);
	if (copy != NULL && text.n > 0)
		memcpy(copy, text.p, text.n);
	return copy;
}

void
arena_free(struct arena *arena)
{
	struct arena_block *block;

	while (arena->blocks != NULL) {
		block = arena->blocks;
		arena->blocks = block->next;
		wipe(block->bytes, block->size);
		free(block);
	}
}
