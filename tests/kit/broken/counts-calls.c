/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: threads
 * It allows calls side by side, and they count themselves without a lock.
 */
#include "kit/sound.h"

static unsigned long calls;

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *s = state;

	calls++;
	apam_logf(s->svc, APAM_LOG_DEBUG, "%s",
	    calls == 1 ? "the first signature" : "one more signature");
	return sound_sign(state, credential, request, out);
}

SOUND_MODULE("counts-calls", .sign = own_sign);
