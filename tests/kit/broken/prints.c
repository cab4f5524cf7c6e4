/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: system-calls
 * It writes to a terminal that is the host's.
 */
#include "kit/sound.h"

#include <stdio.h>

static int32_t
own_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)fprintf(stderr, "judging\n");
	return sound_judge(state, answer, out, reason);
}

SOUND_MODULE("prints", .judge = own_judge);
