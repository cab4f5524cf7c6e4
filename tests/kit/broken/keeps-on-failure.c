/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: memory
 * Where its second allocation fails it keeps the first.
 */
#include "kit/sound.h"

struct own {
	struct scheme_entry entry;
	char *more;
};

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	struct own *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return APAM_E_MEMORY;
	o->entry.svc = svc;
	o->entry.options = options;
	o->more = malloc(100);
	if (o->more == NULL)
		return APAM_E_MEMORY;
	*state = o;
	return APAM_OK;
}

static void
own_close(void *state)
{
	struct own *o = state;

	free(o->more);
	free(o);
}

SOUND_MODULE("keeps-on-failure", .open = own_open, .close = own_close);
