/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: open
 * open refuses an option that the table does not have.
 */
#include "kit/sound.h"

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	(void)options;
	*state = NULL;
	return apam_refuse_optionf(svc, OPT_COUNT + 4, "is odd");
}

SOUND_MODULE("open-path", .open = own_open);
