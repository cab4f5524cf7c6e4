/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: body
 * It returns a status that it has not refused the body with.
 */
#include "kit/sound_body.h"

static int32_t
own_piece(void *state, void *run, const struct apam_piece *piece,
    struct apam_rewriting *out)
{
	(void)sound_piece(state, run, piece, out);
	return piece->length == 0 ? APAM_E_DENIED : APAM_OK;
}

SOUND_BODY_MODULE("body-status", .body_piece = own_piece);
