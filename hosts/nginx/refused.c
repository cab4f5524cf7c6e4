/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two rings, of which the first begins at 0; a number says what came after what.
 */
#include "refused.h"

#include <stddef.h>

struct refusal *
refused_next(struct refused *refused, bool known)
{
	const size_t at = known ?
	    refused->known++ % REFUSED_KNOWN :
	    REFUSED_KNOWN + refused->nobody++ % REFUSED_NOBODY;

	refused->last[at].number = ++refused->count;
	return &refused->last[at];
}

const struct refusal *
refused_before(const struct refused *refused, uint64_t number)
{
	const struct refusal *found = NULL;

	for (size_t i = 0; i < REFUSED_MAX; i++) {
		const struct refusal *r = &refused->last[i];

		if (r->number != 0 && r->number < number &&
		    (found == NULL || r->number > found->number))
			found = r;
	}
	return found;
}
