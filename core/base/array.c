/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The room doubles, so that adding n elements copies fewer than 2n of them.
 */
#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 16

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
	memcpy(elements, &moved, sizeof(moved));
	*room = more;
	return true;
}
