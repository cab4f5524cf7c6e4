/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: descriptor
 * It cannot be closed.
 */
#include "kit/sound.h"

SOUND_MODULE("no-close", .close = NULL);
