/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: body
 * It does not go back to the beginning.
 */
#include "kit/sound_body.h"

static int32_t
own_rewind(void *state, void *run)
{
	(void)state;
	(void)run;
	return APAM_OK;
}

SOUND_BODY_MODULE("body-again", .body_rewind = own_rewind);
