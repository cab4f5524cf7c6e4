/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: system-calls
 * It waits.
 */
#include "kit/sound.h"

#include <time.h>

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const struct timespec moment = { .tv_nsec = 1000 };

	(void)nanosleep(&moment, NULL);
	return sound_acquire(state, op);
}

SOUND_MODULE("sleeps", .acquire = own_acquire);
