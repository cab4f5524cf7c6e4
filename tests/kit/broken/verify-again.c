/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fails: verify
 * It believes each entry's first response alone.
 */
#include "kit/sound.h"

struct own_state {
	struct scheme_entry entry;
	bool seen;
};

static int32_t
own_open(const struct apam_services *svc, const struct apam_options *options,
    void **state)
{
	struct own_state *own = calloc(1, sizeof(*own));

	if (own == NULL)
		return APAM_E_MEMORY;
	own->entry = (struct scheme_entry){ svc, options };
	*state = own;
	return APAM_OK;
}

static int32_t
own_verify(void *state, const struct apam_request_view *request,
    const struct apam_response *response, struct apam_str digest,
    struct apam_verifying *out)
{
	struct own_state *own = state;
	const struct apam_services *svc = own->entry.svc;

	(void)request;
	(void)response;
	(void)digest;
	if (own->seen)
		return svc->not_authentic(
		    svc, out, APAM_STR("it is not the first one"));
	own->seen = true;
	return APAM_OK;
}

SOUND_MODULE("verify-again", .open = own_open, .verify = own_verify);
