/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: acquire
 * It fails and does not say why.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	(void)state;
	(void)op;
	return APAM_STEP_FAILED;
}

SOUND_MODULE("fails-silently", .acquire = own_acquire);
