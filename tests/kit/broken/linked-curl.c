/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: libraries
 * It is linked to libcurl.
 */
#include "kit/sound.h"

SOUND_MODULE("linked-curl", .version = "2");
