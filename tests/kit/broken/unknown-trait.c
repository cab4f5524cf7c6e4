/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: descriptor
 * It declares a trait that there is not.
 */
#include "kit/sound.h"

SOUND_MODULE("unknown-trait", .traits = 0x8000);
