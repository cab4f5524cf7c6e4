/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jansson does not look everywhere whether it was given memory: where its
 * buffer cannot grow it loses a byte of what it reads, or writes beyond the
 * buffer, and members that found no room are missing without a word.  A library
 * has to live with that (core/base/pool.h); a program may end instead.
 */
#include "lib/json_memory.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/command.h"

static void *
allocate(size_t n)
{
	void *p = malloc(n);

	if (p != NULL || n == 0)
		return p;
	/* No JSON, even where errors are: that takes memory. */
	fputs("apam: out of memory\n", stderr);
	exit(STATUS_INTERNAL);
}

void
json_memory_begin(void)
{
	json_set_alloc_funcs(allocate, free);
}
