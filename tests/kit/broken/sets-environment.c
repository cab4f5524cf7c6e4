/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: process
 * It changes the environment.
 */
#include "kit/sound.h"

#include <stdlib.h>

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	(void)setenv("KIT_LATEST", "x", 1);
	return sound_acquire(state, op);
}

SOUND_MODULE("sets-environment", .acquire = own_acquire);
