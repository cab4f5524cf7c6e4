/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One reservation of address space, of which the file takes the second part.
 */
#define _GNU_SOURCE
#include "slot/block.h"

#include <sys/mman.h>
#include <unistd.h>

/* `n` in whole pages of the machine. */
static size_t
whole(size_t n)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (n + page - 1) / page * page;
}

/* What is before the page: the handle, at its end. */
static size_t
lead(void)
{
	return whole(offsetof(struct slot, page));
}

static void *
map_file(void *at, int fd, int protection)
{
	void *page = mmap(
	    at, PAGE_FILE_SIZE, protection, MAP_SHARED | MAP_FIXED, fd, 0);

	if (page == MAP_FAILED)
		return NULL;
#ifdef MADV_DONTDUMP
	(void)madvise(page, PAGE_FILE_SIZE, MADV_DONTDUMP);
#endif
	return page;
}

struct slot *
block_new(int fd, bool write, size_t *size)
{
	const int protection = PROT_READ | (write ? PROT_WRITE : 0);
	char *base, *page;

	*size = lead() + whole(PAGE_FILE_SIZE);
	base = mmap(NULL, *size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED)
		return NULL;
	page = map_file(base + lead(), fd, protection);
	if (page == NULL) {
		(void)munmap(base, *size);
		return NULL;
	}
	/* Like other secrets it is not written to a disk, where that may be. */
	(void)mlock(page, PAGE_FILE_SIZE);
	return (void *)(page - offsetof(struct slot, page));
}

bool
block_change(struct slot *slot, int fd)
{
	return map_file(&slot->page, fd, PROT_READ) != NULL;
}

void
block_free(struct slot *slot)
{
	char *page = (char *)&slot->page;

	(void)munmap(page - lead(), slot->size);
}
