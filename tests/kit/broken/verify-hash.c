/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: descriptor
 * It names a hash, and verifies nothing.
 */
#include "kit/sound.h"

SOUND_MODULE("verify-hash", .verify_hash = APAM_HASH_SHA256);
