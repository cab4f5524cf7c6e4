/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: acquire
 * It computes for ever.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;
	volatile unsigned round = 0;

	while (s != NULL)
		round++;
	return sound_acquire(state, op);
}

SOUND_MODULE("loops", .acquire = own_acquire);
