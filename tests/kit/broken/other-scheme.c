/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: descriptor
 * Its scheme is not the name of its file.
 */
#include "kit/sound.h"

SOUND_MODULE("other-scheme", .scheme = "another");
