/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: sign
 * It rewrites each body, also one that is not there.
 */
#include "kit/sound_body.h"

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *s = state;
	struct apam_rewrite how = { .size = sizeof(how), .piece = 1000 };

	how.length = sound_length(request->body);
	how.run = calloc(1, sizeof(struct sound_run));
	if (how.run == NULL)
		return APAM_E_MEMORY;
	s->svc->sign_body(s->svc, out, &how);
	return sound_sign(state, credential, request, out);
}

SOUND_BODY_MODULE("body-any", .sign = own_sign);
