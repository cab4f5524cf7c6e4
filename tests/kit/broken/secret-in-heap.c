/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: secrets
 * It frees a copy of the secret and does not wipe it.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;
	struct apam_str secret = scheme_option(s, OPT_SECRET)->str;
	char *copy = malloc(secret.n + 32);

	if (copy == NULL)
		return apam_failf(s->svc, op, APAM_E_MEMORY, "out of memory");
	memcpy(copy + 32, secret.p, secret.n);
	s->svc->credential(
	    s->svc, op, (struct apam_str){ copy + 32, secret.n });
	free(copy);
	return APAM_STEP_DONE;
}

SOUND_MODULE("secret-in-heap", .acquire = own_acquire);
