/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap of this process, which counts what lives in it and fails at will.
 *
 * malloc and its like are this program's own, so that a module that is loaded
 * into it uses them, too, whatever it was linked with.
 */
#ifndef HOSTS_KIT_HEAP_H
#define HOSTS_KIT_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/* What was allocated and not freed yet, by all threads. */
struct heap_live {
	long blocks;
	long bytes;
};
struct heap_live heap_live(void);

/*
 * From now on `n` allocations succeed, the next `failing` ones fail and all
 * later ones succeed.  The core's memory for secrets has a switch of its own,
 * secmem_fail_after.
 */
void heap_fail_after(long n, long failing);
/* No allocation fails any more.  Returns how many have failed. */
long heap_recover(void);

#endif
