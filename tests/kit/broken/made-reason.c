/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: judge
 * Its reason is in memory that others may free.
 */
#include "kit/sound.h"

/* The state with room for a text. */
struct own {
	struct scheme_entry entry;
	char text[64];
};

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	struct own *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return APAM_E_MEMORY;
	o->entry.svc = svc;
	o->entry.options = options;
	*state = o;
	return APAM_OK;
}

static int32_t
own_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	struct own *o = state;
	const int32_t verdict = sound_judge(state, answer, out, reason);

	o->text[0] = 'x';
	*reason = o->text;
	return verdict;
}

SOUND_MODULE("made-reason", .open = own_open, .judge = own_judge);
