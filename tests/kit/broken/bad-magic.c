/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: descriptor
 * Its magic is another.
 */
#include "kit/sound.h"

SOUND_MODULE("bad-magic", .magic = 1);
