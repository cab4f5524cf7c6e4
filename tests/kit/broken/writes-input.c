/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: sign
 * It changes a header of the host's.
 */
#include "kit/sound.h"

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	if (request->header_count > 0)
		*(char *)(uintptr_t)request->headers[0].value.p = 'X';
	return sound_sign(state, credential, request, out);
}

SOUND_MODULE("writes-input", .sign = own_sign);
