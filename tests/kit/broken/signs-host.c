/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: sign
 * It sets a header that is the sender's.
 */
#include "kit/sound.h"

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *s = state;

	s->svc->sign_header(
	    s->svc, out, APAM_STR("Host"), APAM_STR("other.example.com"));
	return sound_sign(state, credential, request, out);
}

SOUND_MODULE("signs-host", .sign = own_sign);
