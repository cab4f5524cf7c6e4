/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: memory
 * It does not ask whether a text was built.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;
	struct apam_text *text = s->svc->text_new(s->svc, 1);

	s->svc->text_put(s->svc, text, APAM_WRITING_BASE64,
	    scheme_option(s, OPT_SECRET)->str);
	s->svc->credential(s->svc, op, s->svc->text_view(s->svc, text));
	s->svc->text_free(s->svc, &text);
	return APAM_STEP_DONE;
}

SOUND_MODULE("empty-credential", .acquire = own_acquire);
