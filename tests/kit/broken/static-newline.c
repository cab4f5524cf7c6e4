/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: acquire
 * Its static signature has a newline, which a header cannot carry.
 */
#include "kit/sound.h"

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *s = state;

	(void)credential;
	(void)request;
	s->svc->sign_header(
	    s->svc, out, APAM_STR("X-Key"), APAM_STR("two\nlines"));
	return APAM_OK;
}

SOUND_MODULE("static-newline",
    .traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
    .sign = own_sign);
