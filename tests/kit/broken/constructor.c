/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: constructors
 * It runs code before the core has looked at it.
 */
#include "kit/sound.h"

static volatile int loaded;

__attribute__((constructor)) static void
at_load(void)
{
	loaded = 1;
}

SOUND_MODULE("constructor", .version = "2");
