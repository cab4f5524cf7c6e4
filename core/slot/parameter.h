/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The query parameters of a slot: they are added to the URL in the caller's
 * store, behind the image.
 */
#ifndef CORE_SLOT_PARAMETER_H
#define CORE_SLOT_PARAMETER_H

#include <stdbool.h>
#include <stdint.h>

#include <apam/apam.h>

/*
 * Make s->url, which is plain (url_plain.h), one with the parameters of the
 * image of this shape, which is in the store.  A name that the URL has already
 * is compared byte by byte.  False where that does not do, because some name of
 * the URL's has a '%' or a '+'; where the URL has a parameter that does not
 * yield to it; or without room.  The long way then knows what to do.  A torn image
 * does no harm, and gives a result of no meaning.
 */
bool slot_add_query(struct apam_signature *s, uint32_t shape);

#endif
