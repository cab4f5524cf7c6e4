/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: judge
 * It reads the first byte of a response without a body.
 */
#include "kit/sound.h"

static int32_t
own_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	const int32_t verdict = sound_judge(state, answer, out, reason);

	return answer->response->body.p[0] == '<' ? APAM_VERDICT_UNKNOWN :
						    verdict;
}

SOUND_MODULE("judge-empty", .judge = own_judge);
