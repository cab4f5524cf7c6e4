/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: entries
 * What belongs to an entry is in a variable of the module.
 */
#include "kit/sound.h"

static const struct apam_options *latest;

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	latest = options;
	return scheme_open(svc, options, state);
}

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;

	s->svc->credential(
	    s->svc, op, apam_option_value(latest, OPT_SECRET)->str);
	return APAM_STEP_DONE;
}

SOUND_MODULE("global-state", .open = own_open, .acquire = own_acquire);
