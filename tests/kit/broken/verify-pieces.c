/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: verify
 * It looks at each piece of a body alone.
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

static int32_t
own_body(
    void *state, void *run, struct apam_str piece, struct apam_verifying *out)
{
	const struct scheme_entry *s = state;

	(void)run;
	if (piece.n > 1)
		return APAM_OK;
	return s->svc->not_authentic(
	    s->svc, out, APAM_STR("the piece is too short"));
}

static int32_t
own_end(void *state, void *run, int32_t whole, struct apam_verifying *out)
{
	(void)state;
	(void)run;
	(void)whole;
	(void)out;
	return APAM_OK;
}

SOUND_MODULE("verify-pieces", .verify_begin = own_begin,
    .verify_body = own_body, .verify_end = own_end);
