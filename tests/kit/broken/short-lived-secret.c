/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: short-lived
 * It calls what it sends short-lived, and that is the secret, as base64.
 */
#include "kit/sound.h"

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	svc->short_lived(svc);
	return scheme_open(svc, options, state);
}

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *s = state;
	struct apam_text *text = s->svc->text_new(s->svc, 1);

	(void)request;
	s->svc->text_put(s->svc, text, APAM_WRITING_PLAIN, APAM_STR("Basic "));
	s->svc->text_put(s->svc, text, APAM_WRITING_BASE64, credential->secret);
	s->svc->sign_header(s->svc, out, APAM_STR("Authorization"),
	    s->svc->text_view(s->svc, text));
	s->svc->text_free(s->svc, &text);
	return APAM_OK;
}

SOUND_MODULE("short-lived-secret", .open = own_open, .sign = own_sign);
