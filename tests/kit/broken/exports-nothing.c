/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: symbols
 * It has no descriptor.
 */
#include "kit/sound.h"

APAM_API const struct apam_option *kit_table(void);

/* The sound functions are not needed. */
static const void *const unused[] = { (void *)(uintptr_t)scheme_open,
	(void *)(uintptr_t)scheme_close, (void *)(uintptr_t)sound_acquire,
	(void *)(uintptr_t)sound_exchange, (void *)(uintptr_t)sound_sign,
	(void *)(uintptr_t)sound_judge, (void *)(uintptr_t)sound_check };

const struct apam_option *
kit_table(void)
{
	return unused[0] == NULL ? NULL : sound_options;
}
