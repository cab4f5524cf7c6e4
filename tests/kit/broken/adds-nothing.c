/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: sign
 * It signs and adds nothing.
 */
#include "kit/sound.h"

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	(void)state;
	(void)credential;
	(void)request;
	(void)out;
	return APAM_OK;
}

SOUND_MODULE("adds-nothing", .sign = own_sign);
