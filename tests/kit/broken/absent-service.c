/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: older-core
 * It calls a service that is newer than ABI 1.0 without asking.
 */
#include "kit/sound.h"

/* As a later header might have it. */
struct later {
	struct apam_services now;
	void (*later)(const struct apam_services *svc);
};

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *s = state;

	((const struct later *)(const void *)s->svc)->later(s->svc);
	return sound_sign(state, credential, request, out);
}

SOUND_MODULE("absent-service", .sign = own_sign);
