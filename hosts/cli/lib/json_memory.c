/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jansson does not check every allocation: if its buffer cannot grow, it loses
 * a byte of its input or writes beyond the buffer, and members that found no
 * room are left out silently.  A library has to work around that
 * (core/base/pool.h); this program ends instead.
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
	/* Plain text even with --json: printing JSON takes memory. */
	fputs("apam: out of memory\n", stderr);
	exit(STATUS_INTERNAL);
}

void
json_memory_begin(void)
{
	json_set_alloc_funcs(allocate, free);
}
