/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: growth
 * It does not free what it made.
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
	*state = o;
	return APAM_OK;
}

static int32_t
own_acquire(void *state, struct apam_op *op)
{
	struct own *o = state;

	if (o->more == NULL)
		o->more = malloc(100);
	return sound_acquire(state, op);
}

static void
own_close(void *state)
{
	free(state);
}

SOUND_MODULE("leaks-state", .open = own_open, .close = own_close,
    .acquire = own_acquire);
