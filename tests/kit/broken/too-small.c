/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: descriptor
 * Its descriptor lacks slots that ABI 1.0 has.
 */
#include "kit/sound.h"

SOUND_MODULE("too-small", .size = offsetof(struct apam_module, sign));
