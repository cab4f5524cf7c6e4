/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: judge
 * It returns a verdict that there is not.
 */
#include "kit/sound.h"

static int32_t
own_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)sound_judge(state, answer, out, reason);
	return answer->response->status == 418 ? 418 : APAM_VERDICT_UNKNOWN;
}

SOUND_MODULE("odd-verdict", .judge = own_judge);
