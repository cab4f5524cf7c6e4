/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: acquire
 * It replaces a secret that is not durable.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;

	s->svc->successor(s->svc, op, apam_option_value(s->options, OPT_SECRET),
	    APAM_STR("new"));
	return sound_acquire(state, op);
}

SOUND_MODULE("replaces-plain", .acquire = own_acquire);
