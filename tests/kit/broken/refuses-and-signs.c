/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: sign
 * It refuses a request and signs it.
 */
#include "kit/sound.h"

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *s = state;

	(void)apam_refusef(s->svc, out, APAM_E_POLICY, "odd");
	return sound_sign(state, credential, request, out);
}

SOUND_MODULE("refuses-and-signs", .sign = own_sign);
