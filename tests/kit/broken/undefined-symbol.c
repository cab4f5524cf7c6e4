/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: load
 * It calls a function that is nowhere.
 */
#include "kit/sound.h"

extern int32_t kit_nowhere(void);

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	if (request->port == 1)
		return kit_nowhere();
	return sound_sign(state, credential, request, out);
}

SOUND_MODULE("undefined-symbol", .sign = own_sign);
