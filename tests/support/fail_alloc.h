/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * malloc, calloc and realloc that fail in turn.  The Makefile links the tests
 * that include this with --wrap for the three.
 */
#ifndef TESTS_FAIL_ALLOC_H
#define TESTS_FAIL_ALLOC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * So many allocations, of all threads, succeed, and the next one fails; -1: all
 * succeed.
 */
static atomic_int allocations_left = -1;
/* Those of this thread do not count. */
static _Thread_local bool allocations_spared;

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);

static inline bool
allocation_fails(void)
{
	return !allocations_spared && atomic_load(&allocations_left) >= 0 &&
	    atomic_fetch_sub(&allocations_left, 1) == 0;
}

/* Allow all from now on.  True if one has failed. */
static inline bool
allocation_failed(void)
{
	const bool failed = allocations_left < 0;

	allocations_left = -1;
	return failed;
}

void *
__wrap_malloc(size_t n)
{
	return allocation_fails() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return allocation_fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	return allocation_fails() ? NULL : __real_realloc(p, n);
}

#endif
