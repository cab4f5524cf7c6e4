/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: system-calls
 * It takes a signal from the host.
 */
#include "kit/sound.h"

#include <signal.h>

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	(void)signal(SIGPIPE, SIG_IGN);
	return scheme_open(svc, options, state);
}

SOUND_MODULE("takes-signal", .open = own_open);
