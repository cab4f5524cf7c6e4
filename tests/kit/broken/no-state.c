/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: check
 * It is done and says nothing of the key.
 */
#include "kit/sound.h"

static int32_t
own_check(void *state, struct apam_op *op)
{
	(void)state;
	(void)op;
	return APAM_STEP_DONE;
}

SOUND_MODULE("no-state", .check = own_check);
