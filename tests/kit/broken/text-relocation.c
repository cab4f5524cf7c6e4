/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: relocations
 * Its code has an address in it.
 */
#include "kit/sound.h"

__asm__(".text\n\t.balign 8\n\t.quad apam_module_1");

SOUND_MODULE("text-relocation", .version = "2");
