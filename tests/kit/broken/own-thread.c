/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: threads
 * It judges only in the thread that opened it.
 */
#include "kit/sound.h"

static _Thread_local int here;

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	here = 1;
	return scheme_open(svc, options, state);
}

static int32_t
own_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	*reason = "another thread";
	return here ? sound_judge(state, answer, out, reason) :
		      APAM_VERDICT_UNKNOWN;
}

SOUND_MODULE("own-thread", .open = own_open, .judge = own_judge);
