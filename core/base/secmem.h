/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for secrets: whole pages, locked into RAM and excluded from core dumps
 * if the system allows (both are best effort), and wiped before they are given
 * back.  Everything that is not POSIX stays in secmem.c.
 */
#ifndef CORE_BASE_SECMEM_H
#define CORE_BASE_SECMEM_H

#include <stddef.h>

/*
 * Allocate at least `n` zeroed bytes; *got is the real number.  NULL if memory
 * runs out or n is 0; *got is 0 then.
 */
void *secmem_alloc(size_t n, size_t *got);

/* Wipe and free; `got` is secmem_alloc's.  `p` may be NULL. */
void secmem_free(void *p, size_t got);

/*
 * The same in ordinary memory, for what is not a secret; large blocks are
 * mapped.  It is wiped when it is freed, all the same.
 */
void *plainmem_alloc(size_t n, size_t *got);
void plainmem_free(void *p, size_t got);

/*
 * For tests: `n` more allocations succeed and all later ones fail.  -1, the
 * state at the start: all succeed.
 */
void secmem_fail_after(int n);

/* For tests: how many blocks are allocated and not yet freed. */
int secmem_live(void);

#endif
