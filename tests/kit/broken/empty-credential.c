/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: memory
 * It goes on with nothing where a text was not built.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;
	struct apam_text *text = s->svc->text_new(s->svc, 1);
	struct apam_str built;

	s->svc->text_put(s->svc, text, APAM_WRITING_BASE64,
	    scheme_option(s, OPT_SECRET)->str);
	built = s->svc->text_view(s->svc, text);
	if (built.n == 0)
		built = APAM_STR("");
	s->svc->credential(s->svc, op, built);
	s->svc->text_free(s->svc, &text);
	return APAM_STEP_DONE;
}

SOUND_MODULE("empty-credential", .acquire = own_acquire);
