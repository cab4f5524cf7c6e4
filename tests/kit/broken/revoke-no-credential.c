/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: revoke
 * It revokes a credential that there may not be.
 */
#include "kit/sound.h"

static int32_t
own_revoke(void *state, struct apam_op *op)
{
	const struct scheme_entry *s = state;

	s->svc->exchange(s->svc, op, APAM_STR("POST"),
	    APAM_STR("https://kit.example.com/revoke"), APAM_ENCODING_FORM);
	s->svc->exchange_field(
	    s->svc, op, APAM_STR("token"), op->credential->secret);
	return op->response == NULL ? APAM_STEP_EXCHANGE : APAM_STEP_DONE;
}

SOUND_MODULE("revoke-no-credential", .revoke = own_revoke);
