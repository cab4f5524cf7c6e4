/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: newer-core
 * It takes the core's values for an array of its own.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;

	s->svc->credential(s->svc, op, s->options->values[OPT_SECRET].str);
	return APAM_STEP_DONE;
}

SOUND_MODULE("indexes-values", .acquire = own_acquire);
