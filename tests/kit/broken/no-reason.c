/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: judge
 * It gives no reason.
 */
#include "kit/sound.h"

static int32_t
own_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	const int32_t verdict = sound_judge(state, answer, out, reason);

	if (answer->response->status >= 500)
		*reason = NULL;
	return verdict;
}

SOUND_MODULE("no-reason", .judge = own_judge);
