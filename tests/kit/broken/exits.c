/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: system-calls
 * It ends the process.
 */
#include "kit/sound.h"

#include <unistd.h>

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	if (op->response == NULL)
		_exit(0);
	return sound_acquire(state, op);
}

SOUND_MODULE("exits", .acquire = own_acquire);
