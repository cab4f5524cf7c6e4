/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory for secrets, directly from mmap: no allocator keeps a copy or reuses
 * the page for other data.  mlock and MADV_DONTDUMP may fail, because of a
 * limit or the system; the memory is used all the same, because a secret that
 * cannot be read is of no use.
 *
 * The pages are kept in a forked child: credentials stay valid there.
 *
 * Freed single pages are wiped and kept for reuse.  Getting a page from the
 * system and locking it takes ten microseconds, and a few pages at once hardly
 * more, so they are fetched in batches.  Each place for a spare page is a
 * single word that is exchanged atomically.  So there is no lock that another
 * thread could hold at a fork.
 */
#define _GNU_SOURCE

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/secmem.h"
#include "base/wipe.h"

#define SPARE_MAX 1024 /* pages; a crowd of threads frees that many */
#define PROBES 32
#define BATCH 4
#define LARGE ((size_t)4 << 20) /* huge pages pay from this size on */

static _Atomic(void *) spare[SPARE_MAX];
static atomic_uint top; /* where to look first; only a hint */
static atomic_int fail_after = -1;
static atomic_int live;

void
secmem_fail_after(int n)
{
	atomic_store(&fail_after, n);
}

int
secmem_live(void)
{
	return atomic_load(&live);
}

/* True if a test wants this allocation to fail. */
static bool
must_fail(void)
{
	int left = atomic_load(&fail_after);

	if (left > 0)
		atomic_store(&fail_after, left - 1);
	return left == 0;
}

/* Asked once, which takes long beside a spare page. */
static size_t
page_size(void)
{
	static _Atomic size_t known;
	size_t size = atomic_load_explicit(&known, memory_order_relaxed);
	long page;

	if (size != 0)
		return size;
	page = sysconf(_SC_PAGESIZE);
	size = (size_t)(page > 0 ? page : 4096);
	atomic_store_explicit(&known, size, memory_order_relaxed);
	return size;
}

/* `n` rounded up to whole pages; 0 if that is too large. */
static size_t
whole_pages(size_t n)
{
	const size_t mask = page_size() - 1;

	if (n > SIZE_MAX - mask)
		return 0;
	return (n + mask) & ~mask;
}

static void *
take_spare(void)
{
	unsigned from = atomic_load_explicit(&top, memory_order_relaxed);

	for (unsigned k = 1; k <= PROBES; k++) {
		unsigned i = (from - k) % SPARE_MAX;
		void *p;

		if (atomic_load_explicit(&spare[i], memory_order_relaxed) ==
		    NULL)
			continue;
		p = atomic_exchange(&spare[i], NULL);
		if (p == NULL)
			continue;
		atomic_store_explicit(&top, i, memory_order_relaxed);
		return p;
	}
	return NULL;
}

/* False if the places after the last one used are taken. */
static bool
keep_spare(void *p)
{
	unsigned from = atomic_load_explicit(&top, memory_order_relaxed);

	for (unsigned k = 0; k < PROBES; k++) {
		unsigned i = (from + k) % SPARE_MAX;
		void *none = NULL;

		if (!atomic_compare_exchange_strong(&spare[i], &none, p))
			continue;
		atomic_store_explicit(&top, i + 1, memory_order_relaxed);
		return true;
	}
	return false;
}

static void *
map_pages(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
#ifdef MADV_HUGEPAGE
	if (size >= LARGE)
		(void)madvise(p, size, MADV_HUGEPAGE);
#endif
	return p;
}

/* NULL if there is no memory, or, with `locked`, none that can be locked. */
static void *
map(size_t size, bool locked)
{
	void *p = map_pages(size);

	if (p == NULL)
		return NULL;
	if (mlock(p, size) != 0 && locked) {
		(void)munmap(p, size);
		return NULL;
	}
#ifdef MADV_DONTDUMP
	(void)madvise(p, size, MADV_DONTDUMP);
#endif
	return p;
}

/* A page of a new batch, or a single page if a batch cannot be locked. */
static void *
map_page(size_t page)
{
	char *p = map(BATCH * page, true);

	if (p == NULL)
		return map(page, false);
	for (size_t i = BATCH - 1; i > 0; i--)
		if (!keep_spare(p + i * page))
			(void)munmap(p + i * page, page);
	return p;
}

void *
secmem_alloc(size_t n, size_t *got)
{
	size_t size = whole_pages(n);
	void *p = NULL;

	*got = 0;
	if (size == 0 || must_fail())
		return NULL;
	if (size == whole_pages(1)) {
		p = take_spare();
		if (p == NULL)
			p = map_page(size);
	} else {
		p = map(size, false);
	}
	if (p == NULL)
		return NULL;
	atomic_fetch_add(&live, 1);
	*got = size;
	return p;
}

void
secmem_free(void *p, size_t got)
{
	if (p == NULL)
		return;
	wipe(p, got);
	atomic_fetch_sub(&live, 1);
	if (got == whole_pages(1) && keep_spare(p))
		return;
	/* munmap also unlocks. */
	(void)munmap(p, got);
}

/* ---- Ordinary memory ---------------------------------------------------- */

void *
plainmem_alloc(size_t n, size_t *got)
{
	const size_t size = n < LARGE ? (n + 63) & ~(size_t)63 : whole_pages(n);
	void *p;

	*got = 0;
	if (size == 0 || must_fail())
		return NULL;
	p = size < LARGE ? calloc(1, size) : map_pages(size);
	if (p == NULL)
		return NULL;
	atomic_fetch_add(&live, 1);
	*got = size;
	return p;
}

void
plainmem_free(void *p, size_t got)
{
	if (p == NULL)
		return;
	wipe(p, got);
	atomic_fetch_sub(&live, 1);
	if (got < LARGE)
		free(p);
	else
		(void)munmap(p, got);
}
