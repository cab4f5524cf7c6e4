/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: system-calls
 * It writes to standard output, where the C library may keep it for a while.
 */
#include "kit/sound.h"

#include <stdio.h>

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	(void)printf("acquiring\n");
	return sound_acquire(state, op);
}

SOUND_MODULE("prints-buffered", .acquire = own_acquire);
