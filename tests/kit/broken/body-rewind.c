/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: body
 * It says an odd thing where a body is to begin again.
 */
#include "kit/sound_body.h"

static int32_t
own_rewind(void *state, void *run)
{
	(void)sound_rewind(state, run);
	return APAM_E_DENIED;
}

SOUND_BODY_MODULE("body-rewind", .body_rewind = own_rewind);
