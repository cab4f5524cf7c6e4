/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: descriptor
 * It rewrites a body and never lets go of what it needs for that.
 */
#include "kit/sound.h"

static int32_t
own_piece(
    void *state, void *run, struct apam_str piece, struct apam_rewriting *out)
{
	const struct scheme_entry *s = state;

	(void)run;
	s->svc->body_put(s->svc, out, piece);
	return APAM_OK;
}

SOUND_MODULE("body-half", .body_piece = own_piece);
