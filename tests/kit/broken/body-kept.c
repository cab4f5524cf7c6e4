/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: growth
 * It keeps what it needs to rewrite a body.
 */
#include "kit/sound_body.h"

static void
own_end(void *state, void *run)
{
	(void)state;
	(void)run;
}

SOUND_BODY_MODULE("body-kept", .body_end = own_end);
