/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: sign
 * It reads the first byte of a body, and there is none.
 */
#include "kit/sound.h"

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *s = state;

	if (request->body->bytes.p[0] == '{')
		s->svc->sign_header(
		    s->svc, out, APAM_STR("X-Kind"), APAM_STR("object"));
	return sound_sign(state, credential, request, out);
}

SOUND_MODULE("reads-no-body", .sign = own_sign);
