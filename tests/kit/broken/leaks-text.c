/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: growth
 * It does not let go of a text.
 */
#include "kit/sound.h"

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *s = state;
	struct apam_text *text = s->svc->text_new(s->svc, 0);

	s->svc->text_put(s->svc, text, APAM_WRITING_PLAIN, request->url);
	return sound_sign(state, credential, request, out);
}

SOUND_MODULE("leaks-text", .sign = own_sign);
