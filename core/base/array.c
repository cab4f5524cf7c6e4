/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The room doubles, so that adding n elements copies fewer than 2n of them.
 */
#define _GNU_SOURCE /* MADV_HUGEPAGE */
#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROOM_FIRST 16
#define LARGE ((size_t)4 << 20) /* bytes; of some pages of 2 MiB each */

void
array_in_large_pages(void *elements, size_t bytes)
{
#ifdef MADV_HUGEPAGE
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const size_t skipped = (size_t)(-(uintptr_t)elements & (page - 1));

	if (bytes >= LARGE)
		(void)madvise((char *)elements + skipped,
		    (bytes - skipped) & ~(page - 1), MADV_HUGEPAGE);
#else
	(void)elements;
	(void)bytes;
#endif
}

bool
array_grow(void *elements, size_t count, size_t *room, size_t size)
{
	const size_t more = *room == 0 ? ROOM_FIRST : *room * 2;
	void *first, *moved;

	if (count < *room)
		return true;
	if (more > SIZE_MAX / 2 / size)
		return false;
	/* The pointer is of another type there: it is copied as bytes. */
	memcpy(&first, elements, sizeof(first));
	moved = realloc(first, more * size);
	if (moved == NULL)
		return false;
	array_in_large_pages(moved, more * size);
	memcpy(elements, &moved, sizeof(moved));
	*room = more;
	return true;
}
