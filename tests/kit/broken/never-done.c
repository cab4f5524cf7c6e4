/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: acquire
 * It asks again and again.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	return sound_exchange(state, op);
}

SOUND_MODULE("never-done", .acquire = own_acquire);
