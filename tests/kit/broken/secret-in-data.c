/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: secrets
 * It keeps the secret in a variable of the module.
 */
#include "kit/sound.h"

static char latest[256];

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;
	struct apam_str secret = scheme_option(s, OPT_SECRET)->str;

	if (secret.n < sizeof(latest))
		memcpy(latest, secret.p, secret.n);
	return sound_acquire(state, op);
}

SOUND_MODULE("secret-in-data", .acquire = own_acquire);
