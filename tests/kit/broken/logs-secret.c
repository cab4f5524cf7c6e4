/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: texts
 * It logs the secret.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;

	apam_logf(s->svc, APAM_LOG_DEBUG, "the secret is %s",
	    scheme_option(s, OPT_SECRET)->str.p);
	return sound_acquire(state, op);
}

SOUND_MODULE("logs-secret", .acquire = own_acquire);
