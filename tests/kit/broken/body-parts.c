/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: body
 * It puts a piece together byte by byte.
 */
#include "kit/sound_body.h"

static int32_t
own_piece(
    void *state, void *run, struct apam_str piece, struct apam_rewriting *out)
{
	const struct scheme_entry *s = state;
	const int32_t status = sound_piece(
	    state, run, scheme_str(piece.p, piece.n > 0), out);

	for (size_t i = 1; i < piece.n; i++)
		s->svc->body_put(s->svc, out, scheme_str(piece.p + i, 1));
	return status;
}

SOUND_BODY_MODULE("body-parts", .body_piece = own_piece);
