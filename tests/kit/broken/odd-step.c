/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: acquire
 * It returns a step that there is not.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	(void)sound_acquire(state, op);
	return 77;
}

SOUND_MODULE("odd-step", .acquire = own_acquire);
