/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: sign
 * It has no room for the digest that it asks for.
 */
#include "kit/sound.h"

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *s = state;
	unsigned char digest[20];
	size_t n = 0;

	if (s->svc->digest(s->svc, APAM_HASH_SHA512, &request->url, 1, digest,
		&n) != APAM_OK)
		return apam_refusef(
		    s->svc, out, APAM_E_INTERNAL, "it cannot be hashed");
	return sound_sign(state, credential, request, out);
}

SOUND_MODULE("small-digest", .sign = own_sign);
