/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many threads are at something, counted so that they do not slow each
 * other: each thread counts at a place of its own, so that no thread writes to
 * a cache line that another one writes to.  With more threads than TALLY_PLACES
 * some share a place, which is slower and as right.  A place belongs to nobody,
 * so that threads may end.
 *
 * A tally has no sum, it can only be asked whether it is empty; and that alone
 * says little, because a thread may come right afterwards.  So a tally goes with
 * a flag: a thread that comes counts itself and then looks at the flag, a thread
 * that sets the flag then looks at the counts.  All of that is sequentially
 * consistent, so that one of them sees the other.
 */
#ifndef CORE_BASE_TALLY_H
#define CORE_BASE_TALLY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TALLY_PLACES 64
/* Processors fetch two lines of 64 bytes at a time. */
#define TALLY_LINE 128

struct tally_place {
	_Alignas(TALLY_LINE) _Atomic uint32_t count;
};

/* All zero: nobody. */
struct tally {
	struct tally_place places[TALLY_PLACES];
};

/* Count the calling thread in. */
void tally_in(struct tally *tally);
/* Count it out again, on the same thread. */
void tally_out(struct tally *tally);

/* True if nobody is in it; `apart`: the caller is, once, and does not count. */
bool tally_is_empty(struct tally *tally, bool apart);

/* In a forked child: nobody is in it, but for the caller if `inside`. */
void tally_renew(struct tally *tally, bool inside);

#endif
