/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for secrets: whole pages of their own, locked into RAM and excluded
 * from core dumps where the system allows (both are best effort), wiped before
 * they are given back.  What is not POSIX stays in secmem.c.
 */
#ifndef CORE_SECMEM_H
#define CORE_SECMEM_H

#include <stddef.h>

/*
 * Allocate at least `n` zeroed bytes; *got is how many there are.  NULL when
 * out of memory or n is 0; *got is then 0.
 */
void *secmem_alloc(size_t n, size_t *got);

/* Wipe and free; `got` is what secmem_alloc said.  NULL is fine. */
void secmem_free(void *p, size_t got);

/*
 * For tests: let `n` more allocations succeed and all later ones fail; -1,
 * the state at the start, lets all succeed.
 */
void secmem_fail_after(int n);

/* For tests: how many blocks are allocated and not yet freed. */
int secmem_live(void);

#endif
