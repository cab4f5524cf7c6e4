/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arrays that grow one element at a time.  Not for secrets: when an array
 * moves, its old bytes stay in memory.
 */
#ifndef CORE_BASE_ARRAY_H
#define CORE_BASE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Make room for one element more than `count`.  `elements` is the address of
 * the pointer to the first element, which may move; *room is how many of `size`
 * bytes there is room for.  Pointer and room are NULL and 0 at first; the
 * caller frees the array.  False without memory: nothing has changed.
 */
bool array_grow(void *elements, size_t count, size_t *room, size_t size);

/*
 * Memory of malloc's that is about to be filled: where it is large, the system
 * is asked for large pages, because each page is a fault when it is first
 * touched, and 100,000 keys are thousands of small ones.  It changes nothing
 * else, and array_grow does it by itself.
 */
void array_in_large_pages(void *elements, size_t bytes);

#endif
