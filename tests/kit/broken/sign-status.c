/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: sign
 * It returns a status that refuse did not.
 */
#include "kit/sound.h"

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	(void)sound_sign(state, credential, request, out);
	return APAM_E_POLICY;
}

SOUND_MODULE("sign-status", .sign = own_sign);
