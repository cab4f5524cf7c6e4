/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: sign
 * prepare returns a status that refuse did not.
 */
#include "kit/sound.h"

static int32_t
own_prepare(void *state, const struct apam_request_view *request,
    struct apam_signing *out)
{
	(void)state;
	(void)request;
	(void)out;
	return APAM_E_POLICY;
}

SOUND_MODULE("prepare-status", .prepare = own_prepare);
