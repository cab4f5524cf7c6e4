/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: acquire
 * It is done and has no credential.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	(void)state;
	(void)op;
	return APAM_STEP_DONE;
}

SOUND_MODULE("no-credential", .acquire = own_acquire);
