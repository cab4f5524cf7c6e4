/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: open
 * open refuses and does not say what.
 */
#include "kit/sound.h"

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	(void)svc;
	(void)options;
	*state = NULL;
	return APAM_E_CONFIG;
}

SOUND_MODULE("open-silent", .open = own_open);
