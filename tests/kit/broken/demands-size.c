/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: newer-core
 * It works with one version of the core only.
 */
#include "kit/sound.h"

static int32_t
own_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	if (answer->size != sizeof(*answer)) {
		*reason = "another core";
		return APAM_VERDICT_UNKNOWN;
	}
	return sound_judge(state, answer, out, reason);
}

SOUND_MODULE("demands-size", .judge = own_judge);
