/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory in which libconfig and jansson read texts.  libconfig does not
 * check its allocations, except that its scanner ends the process if one fails;
 * jansson loses a byte of the text or overruns its buffer if that cannot grow.
 * So the build redirects what they call in the C library (the allocator, exit
 * and stdio) to pool.c, by core/base/pool.syms.  They allocate from one block
 * that exists before they are called.  If the block is used up, or they want to
 * end the process, the call is left at once.  Nothing is lost by that, because
 * everything they hold is in the block.  When the block is freed it is wiped,
 * with every copy that they made.
 *
 * Outside of such a call they allocate as usual.
 */
#ifndef CORE_BASE_POOL_H
#define CORE_BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool;

enum pool_end {
	POOL_DONE,
	POOL_NO_MEMORY,	/* there was no memory for the block */
	POOL_LEFT	/* the call was left */
};

/*
 * Call run(arg); libconfig and jansson then allocate from a block of `first`
 * bytes.  If that call is left, it is made again with a block of `most` bytes.
 * DONE: the caller frees *pool, in which all results live.  Otherwise all
 * results are gone, and *pool is NULL.  The thread's locale is restored;
 * libconfig would leave the process's.
 */
enum pool_end pool_run(struct pool **pool, size_t first, size_t most,
    void (*run)(void *arg), void *arg);

/* Wipe and free it, and set *pool to NULL.  *pool may be NULL. */
void pool_free(struct pool **pool);

/* The bytes of the block that have been used. */
size_t pool_used(const struct pool *pool);

#endif
