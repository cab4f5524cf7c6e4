/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: open
 * open returns what it may not.
 */
#include "kit/sound.h"

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	(void)svc;
	(void)options;
	*state = NULL;
	return APAM_E_NETWORK;
}

SOUND_MODULE("open-status", .open = own_open);
