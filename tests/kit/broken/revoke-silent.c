/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: revoke
 * It fails to revoke and does not say why.
 */
#include "kit/sound.h"

static int32_t
own_revoke(void *state, struct apam_op *op)
{
	if (op->response == NULL)
		return sound_exchange(state, op);
	return APAM_STEP_FAILED;
}

SOUND_MODULE("revoke-silent", .revoke = own_revoke);
