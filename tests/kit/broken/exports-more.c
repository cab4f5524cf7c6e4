/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: symbols
 * It exports a function of its own.
 */
#include "kit/sound.h"

APAM_API int kit_other(void);

int
kit_other(void)
{
	return 1;
}

SOUND_MODULE("exports-more", .version = "2");
