/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: libraries
 * It is linked to libcrypto.
 */
#include "kit/sound.h"

SOUND_MODULE("linked-crypto", .version = "2");
