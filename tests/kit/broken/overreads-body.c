/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: acquire
 * It takes the body of a response for a string that ends in NUL.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;

	if (op->response == NULL)
		return sound_exchange(s, op);
	s->svc->credential(s->svc, op,
	    (struct apam_str){
		op->response->body.p, strlen(op->response->body.p) });
	return APAM_STEP_DONE;
}

SOUND_MODULE("overreads-body", .acquire = own_acquire);
