/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: open
 * open refuses an option and opens all the same.
 */
#include "kit/sound.h"

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	(void)apam_refuse_optionf(svc, OPT_NAME, "is odd");
	return scheme_open(svc, options, state);
}

SOUND_MODULE("open-refused", .open = own_open);
