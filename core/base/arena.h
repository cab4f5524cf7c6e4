/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that is freed all at once: the contents of one configuration file.  It
 * is not meant for secrets, but it is wiped all the same.
 */
#ifndef CORE_BASE_ARENA_H
#define CORE_BASE_ARENA_H

#include <apam/types.h>

/* An empty arena is all zero. */
struct arena {
	struct arena_block *blocks;
};

/*
 * Zeroed memory for `count` things of `size` bytes, aligned for any type; NULL
 * only if memory runs out, also if there are 0 bytes to allocate.
 */
void *arena_alloc(struct arena *arena, size_t count, size_t size);

/* A copy with a NUL; NULL if memory runs out. */
char *arena_copy(struct arena *arena, struct apam_str text);

/* Wipe and free everything; *arena is empty afterwards. */
void arena_free(struct arena *arena);

#endif
