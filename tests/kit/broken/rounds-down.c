/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: process
 * It changes how numbers are rounded.
 */
#include "kit/sound.h"

#include <fenv.h>

static int32_t
own_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)fesetround(FE_DOWNWARD);
	return sound_judge(state, answer, out, reason);
}

SOUND_MODULE("rounds-down", .judge = own_judge);
