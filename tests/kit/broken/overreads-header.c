/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: sign
 * It takes a header for a string that ends in NUL.
 */
#include "kit/sound.h"

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	if (request->header_count > 0 &&
	    strstr(request->headers[0].value.p, "nothing like it") != NULL)
		return APAM_E_MEMORY;
	return sound_sign(state, credential, request, out);
}

SOUND_MODULE("overreads-header", .sign = own_sign);
