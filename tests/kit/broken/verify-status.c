/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: verify
 * It returns a status that not_authentic did not.
 */
#include "kit/sound.h"

static int32_t
own_verify(void *state, const struct apam_request_view *request,
    const struct apam_response *response, struct apam_str digest,
    struct apam_verifying *out)
{
	(void)state;
	(void)request;
	(void)response;
	(void)digest;
	(void)out;
	return APAM_E_POLICY;
}

SOUND_MODULE("verify-status", .verify = own_verify);
