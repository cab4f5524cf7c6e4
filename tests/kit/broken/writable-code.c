/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: segments
 * It has memory that is writable and executable.
 */
#include "kit/sound.h"

__asm__(".section .kit,\"awx\",@progbits\n\t.long 0\n\t.text");

SOUND_MODULE("writable-code", .version = "2");
