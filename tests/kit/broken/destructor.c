/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: constructors
 * It runs code when the process ends.
 */
#include "kit/sound.h"

static volatile int ended;

__attribute__((destructor)) static void
at_end(void)
{
	ended = 1;
}

SOUND_MODULE("destructor", .version = "2");
