/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: acquire
 * It aborts the process.
 */
#include "kit/sound.h"

#include <stdlib.h>

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	if (op->response == NULL)
		abort();
	return sound_acquire(state, op);
}

SOUND_MODULE("aborts", .acquire = own_acquire);
