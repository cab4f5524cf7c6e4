/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: acquire
 * It copies a response to an array, whatever its length.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;
	char token[32];

	if (op->response == NULL)
		return sound_exchange(s, op);
	memcpy(token, op->response->body.p, op->response->body.n);
	s->svc->credential(
	    s->svc, op, (struct apam_str){ token, sizeof(token) });
	return APAM_STEP_DONE;
}

SOUND_MODULE("small-buffer", .acquire = own_acquire);
