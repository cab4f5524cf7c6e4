/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: constructors
 * It runs code before the core has looked at it, which ends whatever loads it:
 * so it is not loaded.
 */
#include "kit/sound.h"

#include <unistd.h>

__attribute__((constructor)) static void
at_load(void)
{
	_exit(3);
}

SOUND_MODULE("constructor", .version = "2");
