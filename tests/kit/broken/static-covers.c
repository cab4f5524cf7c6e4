/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: acquire
 * It declares a static signature, and covers a header of the request.
 */
#include "kit/sound.h"

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *s = state;

	s->svc->sign_covers(s->svc, out, APAM_STR("Accept"));
	return sound_sign(state, credential, request, out);
}

SOUND_MODULE("static-covers",
    .traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
    .sign = own_sign);
