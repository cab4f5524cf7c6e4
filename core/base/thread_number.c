/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The number is in memory that each thread has from its start: to look at it
 * allocates nothing.
 */
#include "base/thread_number.h"

#include <stdatomic.h>

_Thread_local unsigned thread_number_drawn;

unsigned
thread_number_draw(void)
{
	static atomic_uint last;

	while (thread_number_drawn == 0)
		thread_number_drawn = atomic_fetch_add(&last, 1) + 1;
	return thread_number_drawn;
}
