/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: body
 * It reads a byte beyond the end of a piece.
 */
#include "kit/sound_body.h"

static int32_t
own_piece(
    void *state, void *run, struct apam_str piece, struct apam_rewriting *out)
{
	static volatile char last;

	if (piece.n > 0)
		last = piece.p[piece.n];
	(void)last;
	return sound_piece(state, run, piece, out);
}

SOUND_BODY_MODULE("body-beyond", .body_piece = own_piece);
