/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * malloc(3) and its like, on those of the C library.  glibc calls them by these
 * names everywhere, as in strdup, and documents that a program may bring its
 * own ("Replacing malloc" of its manual).
 */
#include "kit/heap.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#define EXPORTED __attribute__((visibility("default")))

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t count, size_t n);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_memalign(size_t alignment, size_t n);
extern void __libc_free(void *p);

static atomic_long blocks, bytes;
static atomic_bool armed;
static atomic_long left, failing, failed;

struct heap_live
heap_live(void)
{
	return (struct heap_live){ atomic_load(&blocks), atomic_load(&bytes) };
}

void
heap_fail_after(long n, long count)
{
	atomic_store(&left, n);
	atomic_store(&failing, count);
	atomic_store(&failed, 0);
	atomic_store(&armed, true);
}

long
heap_recover(void)
{
	atomic_store(&armed, false);
	return atomic_load(&failed);
}

/* Whether this allocation is one of those that fail. */
static bool
fails(void)
{
	if (!atomic_load_explicit(&armed, memory_order_relaxed))
		return false;
	if (atomic_fetch_sub(&left, 1) > 0 ||
	    atomic_fetch_sub(&failing, 1) <= 0)
		return false;
	atomic_fetch_add(&failed, 1);
	errno = ENOMEM;
	return true;
}

static void *
counted(void *p)
{
	if (p != NULL) {
		atomic_fetch_add(&blocks, 1);
		atomic_fetch_add(&bytes, (long)malloc_usable_size(p));
	}
	return p;
}

static void
uncount(void *p)
{
	if (p == NULL)
		return;
	atomic_fetch_sub(&blocks, 1);
	atomic_fetch_sub(&bytes, (long)malloc_usable_size(p));
}

EXPORTED void *
malloc(size_t n)
{
	return fails() ? NULL : counted(__libc_malloc(n));
}

EXPORTED void *
calloc(size_t count, size_t n)
{
	return fails() ? NULL : counted(__libc_calloc(count, n));
}

EXPORTED void *
realloc(void *p, size_t n)
{
	void *moved;
	long was = p == NULL ? 0 : (long)malloc_usable_size(p);

	if (fails())
		return NULL;
	moved = __libc_realloc(p, n);
	if (moved == NULL && n > 0)
		return NULL;
	if (p != NULL) {
		atomic_fetch_sub(&blocks, 1);
		atomic_fetch_sub(&bytes, was);
	}
	return counted(moved);
}

EXPORTED void
free(void *p)
{
	const int saved = errno;

	uncount(p);
	__libc_free(p);
	errno = saved;
}

EXPORTED void *
memalign(size_t alignment, size_t n)
{
	return fails() ? NULL : counted(__libc_memalign(alignment, n));
}

EXPORTED void *
aligned_alloc(size_t alignment, size_t n)
{
	return memalign(alignment, n);
}

EXPORTED int
posix_memalign(void **to, size_t alignment, size_t n)
{
	void *p = memalign(alignment, n);

	if (p == NULL)
		return ENOMEM;
	*to = p;
	return 0;
}

EXPORTED void *
reallocarray(void *p, size_t count, size_t n)
{
	if (n != 0 && count > SIZE_MAX / n) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, count * n);
}
