/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counting who holds an object that threads share; its maker is the first.
 */
#ifndef CORE_BASE_REFS_H
#define CORE_BASE_REFS_H

#include <stdatomic.h>
#include <stdbool.h>

static inline void
refs_init(atomic_uint *refs)
{
	atomic_init(refs, 1);
}

/* One more, by somebody who holds it already, or has it from a holder. */
static inline void
refs_hold(atomic_uint *refs)
{
	atomic_fetch_add_explicit(refs, 1, memory_order_relaxed);
}

/*
 * One fewer.  True for the last one, who frees the object: whatever the others
 * did with it before is done then.
 */
static inline bool
refs_drop(atomic_uint *refs)
{
	return atomic_fetch_sub_explicit(refs, 1, memory_order_acq_rel) == 1;
}

#endif
