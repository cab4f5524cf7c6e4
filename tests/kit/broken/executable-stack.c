/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: segments
 * It asks for an executable stack.
 */
#include "kit/sound.h"

SOUND_MODULE("executable-stack", .version = "2");
