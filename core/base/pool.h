/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory that libconfig and jansson read texts in.  libconfig does not look
 * whether an allocation failed, and its scanner ends the process where it
 * noticed one; jansson loses a byte of the text where its buffer cannot grow,
 * or overruns it.  So the build binds what they call of the C library, the
 * allocator, exit and stdio, to pool.c (core/base/pool.syms): what they
 * allocate comes out of one block that was there before they were called, and
 * where it is used up, or they want to end the process, the call is left at
 * once. Nothing is lost by that, for all they hold is in the block; and when it
 * is freed, all of it is wiped, with every copy that they made.
 *
 * Outside of such a call they allocate as anybody.
 */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool;

enum pool_end {
	POOL_DONE,
	POOL_NO_MEMORY,	/* there was no block to be had */
	POOL_LEFT	/* the call was left */
};

/*
 * Call run(arg), whose calls of libconfig and jansson allocate in a block of
 * `first` bytes.  Where that is left, once more, in one of `most` bytes.  DONE
 * with *pool to free, which is what was made lives in; else all that was made
 * is gone, and *pool is NULL.  The thread's locale is as before; libconfig
 * would leave it the process's.
 */
enum pool_end pool_run(struct pool **pool, size_t first, size_t most,
    void (*run)(void *arg), void *arg);

/* Wipe and free it, set *pool to NULL; NULL is fine. */
void pool_free(struct pool **pool);

/* The bytes of the block that have been used. */
size_t pool_used(const struct pool *pool);

#endif
