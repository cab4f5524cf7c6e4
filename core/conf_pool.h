/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory that libconfig lives in.  libconfig does not look whether an
 * allocation failed, and its scanner ends the process where it noticed one, so
 * the build binds libconfig's calls of the allocator, of exit and of stdio to
 * conf_pool.c (core/libconfig.syms): what it allocates comes out of one block
 * that was there before it was called, and where that block is used up, or
 * libconfig wants to end the process, the call is left at once.  Nothing is
 * lost by that, for all that libconfig holds is in the block.
 */
#ifndef CORE_CONF_POOL_H
#define CORE_CONF_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct conf_pool;

/* A block for `bytes` in all, or NULL: out of memory. */
struct conf_pool *conf_pool_new(size_t bytes);

/* Wipe and free all that was allocated in it, set *pool to NULL; NULL is
 * fine. */
void conf_pool_free(struct conf_pool **pool);

/*
 * Call run(arg), which may call libconfig: it allocates in the pool.  False
 * where the call was left: whatever it made is then to be forgotten.  The
 * thread's locale is as before; libconfig would leave it the process's.
 */
bool conf_pool_run(struct conf_pool *pool, void (*run)(void *arg), void *arg);

/* The bytes of the block that have been used. */
size_t conf_pool_used(const struct conf_pool *pool);

#endif
