/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: fork
 * It remembers the process that opened it.
 */
#include "kit/sound.h"

#include <unistd.h>

static pid_t opener;

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	opener = getpid();
	return scheme_open(svc, options, state);
}

static int32_t
own_sign(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	const struct scheme_entry *s = state;

	if (getpid() != opener)
		return apam_refusef(
		    s->svc, out, APAM_E_POLICY, "another process");
	return sound_sign(state, credential, request, out);
}

SOUND_MODULE("own-process", .open = own_open, .sign = own_sign);
