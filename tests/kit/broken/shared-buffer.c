/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: threads
 * It allows calls side by side, and they share an array.
 */
#include "kit/sound.h"

#include <sched.h>

static char buffer[512];

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *s = state;

	memset(buffer, 0, sizeof(buffer));
	memcpy(buffer, request->url.p,
	    request->url.n < sizeof(buffer) ? request->url.n : 0);
	(void)sched_yield();
	s->svc->sign_header(s->svc, out, APAM_STR("X-Url"), apam_str(buffer));
	return sound_sign(state, credential, request, out);
}

SOUND_MODULE("shared-buffer", .sign = own_sign);
