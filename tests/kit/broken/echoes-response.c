/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: texts
 * It quotes a response in an error.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;

	if (op->response == NULL)
		return sound_exchange(s, op);
	if (op->response->status == 200)
		return sound_acquire(state, op);
	return apam_failf(s->svc, op, APAM_E_PROVIDER, "it answered %.*s",
	    (int)op->response->body.n, op->response->body.p);
}

SOUND_MODULE("echoes-response", .acquire = own_acquire);
