/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that some threads read while another writes it, where a sequence
 * number decides afterwards whether what was read counts.
 *
 * Single values go by base/relaxed.h, which costs nothing.  Bytes go by
 * memcpy: no atomic copy is as fast, and what is torn is thrown away.  A race
 * detector is shown an atomic copy all the same, so that it sees other races.
 */
#ifndef CORE_SLOT_TORN_COPY_H
#define CORE_SLOT_TORN_COPY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/relaxed.h"
#include "base/sanitizer.h"

#ifdef SANITIZES_THREADS

static inline void
torn_copy(char *to, const char *from, size_t n)
{
	typedef uint64_t __attribute__((may_alias)) word;
	size_t i = 0;

	if (((uintptr_t)to | (uintptr_t)from) % sizeof(word) == 0)
		for (; i + sizeof(word) <= n; i += sizeof(word))
			RELAXED_STORE_AT((word *)(void *)(to + i),
			    RELAXED_LOAD_AT((const word *)
			    (const void *)(from + i)));
	for (; i < n; i++)
		RELAXED_STORE_AT(to + i, RELAXED_LOAD_AT(from + i));
}

#else

/* Copy bytes, of which either side may be used by others meanwhile. */
static inline void
torn_copy(char *to, const char *from, size_t n)
{
	/*
	 * A compiler that knew how few these are would copy them in place, at
	 * half the speed.
	 */
	__asm__("" : "+r"(n));
	memcpy(to, from, n);
}

#endif

#endif
