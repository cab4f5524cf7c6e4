/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which origin of a profile a URL is of, at a glance: what the slot does with
 * starts that it keeps, for calls that have no slot.
 */
#ifndef CORE_SLOT_PLAIN_ORIGIN_H
#define CORE_SLOT_PLAIN_ORIGIN_H

#include "text/url.h"

/*
 * The origin whose text the URL begins with, where the rest is plain
 * (slot/url_plain.h).  NULL says nothing: ask url_parse.
 */
const struct url *plain_origin(
    const struct url *origins, size_t count, const char *url);

#endif
