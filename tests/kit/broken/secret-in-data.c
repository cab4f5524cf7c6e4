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
	const struct sound *s = state;
	struct apam_str secret = sound_text(s, OPT_SECRET);

	if (secret.n < sizeof(latest))
		memcpy(latest, secret.p, secret.n);
	return sound_acquire(state, op);
}

SOUND_MODULE("secret-in-data", .acquire = own_acquire);
