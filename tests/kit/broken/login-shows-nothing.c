/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: login
 * It shows nothing to the person.
 */
#include "kit/sound.h"

static int32_t
own_login(void *state, struct apam_op *op)
{
	(void)state;
	(void)op;
	return APAM_STEP_SHOW;
}

SOUND_MODULE("login-shows-nothing", .login = own_login);
