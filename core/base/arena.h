/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that is freed all at once: what one configuration file says.  Not for
 * secrets, but wiped all the same.
 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include <apam/types.h>

/* Zeroed: empty. */
struct arena {
	struct arena_block *blocks;
};

/*
 * Zeroed memory for `count` things of `size` bytes, aligned for any type; NULL
 * when out of memory.  Never NULL for lack of things.
 */
void *arena_alloc(struct arena *arena, size_t count, size_t size);

/* A copy with a NUL; NULL when out of memory. */
char *arena_copy(struct arena *arena, struct apam_str text);

/* Wipe and free all of it; *arena is then empty. */
void arena_free(struct arena *arena);

#endif
