/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: constructors
 * The linker was told to have a function run when it is loaded.
 */
#include "kit/sound.h"

extern void kit_at_load(void);
static volatile int loaded;

void
kit_at_load(void)
{
	loaded = 1;
}

SOUND_MODULE("init-function", .version = "2");
