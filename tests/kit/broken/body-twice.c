/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: sign
 * It has the body rewritten twice.
 */
#include "kit/sound_body.h"

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	(void)sound_sign_body(state, credential, request, out);
	return sound_sign_body(state, credential, request, out);
}

SOUND_BODY_MODULE("body-twice", .sign = own_sign);
