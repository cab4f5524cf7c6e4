/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: acquire
 * It asks for an exchange and builds none.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	(void)state;
	(void)op;
	return APAM_STEP_EXCHANGE;
}

SOUND_MODULE("no-exchange", .acquire = own_acquire);
