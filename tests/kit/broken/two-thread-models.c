/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: descriptor
 * It declares two thread models.
 */
#include "kit/sound.h"

SOUND_MODULE("two-thread-models",
    .traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_THREADS_PER_ENTRY);
