/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: responses
 * It divides by a number of a response, whatever it is.
 */
#include "kit/sound.h"

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;
	struct apam_json seconds;

	if (op->response == NULL)
		return sound_exchange(s, op);
	if (s->svc->json(s->svc, op->response, "/expires_in", &seconds, NULL) !=
		APAM_OK ||
	    seconds.type != APAM_JSON_INTEGER)
		return apam_failf(
		    s->svc, op, APAM_E_PROVIDER, "the answer has no lifetime");
	s->svc->lifetime(s->svc, op, 3600 / seconds.num);
	s->svc->credential(s->svc, op, scheme_option(s, OPT_SECRET)->str);
	return APAM_STEP_DONE;
}

SOUND_MODULE("divides", .acquire = own_acquire);
