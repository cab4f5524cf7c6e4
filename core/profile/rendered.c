/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page is read in the thread that writes it, so that no read is torn.
 */
#include "profile/rendered.h"

#include "slot/read.h"
#include "slot/slot.h"

/* False where it has no headers, or they are not within it. */
static bool
take_headers(const struct slot *s, struct fields *to)
{
	const uint32_t shape = RELAXED_LOAD(s->page.shape);
	const size_t count = page_headers(shape);
	struct apam_header all[PAGE_HEADERS_MAX];

	if (!page_shape_fits(shape) || page_parameters(shape) != 0 ||
	    !slot_place_headers(
		all, s, count, s->page.image, 0, page_image_bytes(shape)))
		return false;
	for (size_t i = 0; i < count; i++)
		fields_add(to, all[i].name, all[i].value);
	return true;
}

bool
rendered_take(const struct slot *s, struct stack_result *result)
{
	if (s == NULL || s->kind != SLOT_SHARED || !slot_is_good(s) ||
	    !take_headers(s, &result->total.headers))
		return false;
	result->generation = RELAXED_LOAD(s->page.generation);
	result->credential = RELAXED_LOAD(s->page.credential);
	result->entries = RELAXED_LOAD(s->page.entries);
	return true;
}
