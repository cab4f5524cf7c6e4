/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: body
 * It sends a piece where there is none, behind the end.
 */
#include "kit/sound_body.h"

static int32_t
own_piece(void *state, void *run, const struct apam_piece *piece,
    struct apam_rewriting *out)
{
	const struct scheme_entry *s = state;
	const int32_t status = sound_piece(state, run, piece, out);

	if (piece->length == 0)
		s->svc->body_put_piece(s->svc, out);
	return status;
}

SOUND_BODY_MODULE("body-behind", .body_piece = own_piece);
