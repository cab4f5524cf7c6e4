/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: system-calls
 * It runs a program.
 */
#include "kit/sound.h"

#include <stdlib.h>

static int32_t
own_check(void *state, struct apam_op *op)
{
	if (system("true") < 0)
		return APAM_STEP_FAILED;
	return sound_check(state, op);
}

SOUND_MODULE("runs-program", .check = own_check);
