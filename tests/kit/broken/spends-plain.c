/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: acquire
 * It spends a secret that is not durable.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;

	if (op->response != NULL)
		return sound_acquire(state, op);
	s->svc->spend(s->svc, op, apam_option_value(s->options, OPT_SECRET));
	return sound_exchange(s, op);
}

SOUND_MODULE("spends-plain", .acquire = own_acquire);
