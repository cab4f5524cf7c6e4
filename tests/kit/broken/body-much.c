/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: body
 * It puts more around a piece than there is room for.
 */
#include "kit/sound_body.h"

static int32_t
own_piece(void *state, void *run, const struct apam_piece *piece,
    struct apam_rewriting *out)
{
	const struct scheme_entry *s = state;
	static const char many[512];

	for (int i = 0; i < 9; i++)
		s->svc->body_put(s->svc, out, scheme_str(many, sizeof(many)));
	return sound_piece(state, run, piece, out);
}

SOUND_BODY_MODULE("body-much", .body_piece = own_piece);
