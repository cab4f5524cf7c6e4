/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: body
 * It leaves a piece out.
 */
#include "kit/sound_body.h"

static int32_t
own_piece(void *state, void *run, const struct apam_piece *piece,
    struct apam_rewriting *out)
{
	const struct scheme_entry *s = state;

	(void)run;
	(void)piece;
	s->svc->body_put(s->svc, out, APAM_STR("0000:"));
	return APAM_OK;
}

SOUND_BODY_MODULE("body-left", .body_piece = own_piece);
