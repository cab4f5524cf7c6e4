/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: body
 * It says that the body becomes longer than it makes it.
 */
#include "kit/sound_body.h"

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	return sound_sign_more(state, credential, request, out, 7);
}

SOUND_BODY_MODULE("body-longer", .sign = own_sign);
