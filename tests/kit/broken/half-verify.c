/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: descriptor
 * It begins to verify and never ends.
 */
#include "kit/sound.h"

static int32_t
own_begin(void *state, const struct apam_request_view *request,
    const struct apam_response *response, struct apam_verifying *out,
    void **run)
{
	(void)state;
	(void)request;
	(void)response;
	(void)out;
	*run = NULL;
	return APAM_OK;
}

SOUND_MODULE("half-verify", .verify_begin = own_begin);
