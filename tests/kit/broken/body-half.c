/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: descriptor
 * It rewrites a body and never lets go of what it needs for that.
 */
#include "kit/sound.h"

static int32_t
own_piece(void *state, void *run, const struct apam_piece *piece,
    struct apam_rewriting *out)
{
	const struct scheme_entry *s = state;

	(void)run;
	if (piece->length > 0)
		s->svc->body_put_piece(s->svc, out);
	return APAM_OK;
}

SOUND_MODULE("body-half", .body_piece = own_piece);
