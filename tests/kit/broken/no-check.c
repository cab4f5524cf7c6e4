/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: descriptor
 * It says nothing of its key.
 */
#include "kit/sound.h"

SOUND_MODULE("no-check", .check = NULL);
