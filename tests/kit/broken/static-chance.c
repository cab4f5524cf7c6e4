/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: static
 * It declares a static signature, and chance is in it.
 */
#include "kit/sound.h"

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	static const char digits[] = "0123456789abcdef";
	const struct scheme_entry *s = state;
	unsigned char byte = 0;
	char nonce[2] = "";

	(void)s->svc->random(s->svc, &byte, 1);
	nonce[0] = digits[byte % 16];
	nonce[1] = digits[byte / 16];
	s->svc->sign_header(s->svc, out, APAM_STR("X-Nonce"),
	    (struct apam_str){ nonce, sizeof(nonce) });
	return sound_sign(state, credential, request, out);
}

SOUND_MODULE("static-chance",
    .traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
    .sign = own_sign);
