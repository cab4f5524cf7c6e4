/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: check
 * It waits, and does not say how long.
 */
#include "kit/sound.h"

static int32_t
own_check(void *state, struct apam_op *op)
{
	(void)state;
	(void)op;
	return APAM_STEP_WAIT;
}

SOUND_MODULE("waits-for-nothing", .check = own_check);
