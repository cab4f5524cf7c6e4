/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: threads
 * It does its work only in the thread that loaded it.
 */
#include "kit/sound.h"

static _Thread_local int here;

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	here = 1;
	return sound_open(svc, options, state);
}

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct sound *s = state;

	if (!here)
		return apam_refusef(
		    s->svc, out, APAM_E_POLICY, "another thread");
	return sound_sign(state, credential, request, out);
}

SOUND_MODULE("own-thread", .open = own_open, .sign = own_sign);
