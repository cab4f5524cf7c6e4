/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: secrets
 * It leaves the secret on the stack.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;
	struct apam_str secret = scheme_option(s, OPT_SECRET)->str;
	volatile char copy[16384];

	/* Far down, where later calls do not write. */
	for (size_t i = 0; i < secret.n; i++)
		copy[i] = secret.p[i];
	return copy[0] == '\0' ? APAM_STEP_FAILED : sound_acquire(state, op);
}

SOUND_MODULE("secret-on-stack", .acquire = own_acquire);
