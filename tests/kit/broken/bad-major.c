/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: descriptor
 * It is of another ABI.
 */
#include "kit/sound.h"

SOUND_MODULE("bad-major", .abi_major = APAM_ABI_MAJOR + 1);
