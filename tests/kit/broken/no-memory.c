/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: memory
 * It does not ask whether it was given memory.
 */
#include "kit/sound.h"

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	struct scheme_entry *s = malloc(sizeof(*s));

	memset(s, 0, sizeof(*s));
	s->svc = svc;
	s->options = options;
	*state = s;
	return APAM_OK;
}

SOUND_MODULE("no-memory", .open = own_open);
