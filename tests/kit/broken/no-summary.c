/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: descriptor
 * It does not say what it is.
 */
#include "kit/sound.h"

SOUND_MODULE("no-summary", .summary = NULL);
