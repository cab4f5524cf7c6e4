/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Searching query strings and redirect targets.  Only the bytes given are read;
 * no URL is followed or built.
 */
#ifndef QUERY_H
#define QUERY_H

#include "../common.h"

/*
 * True if a query string (without '?') has a parameter with exactly this name,
 * after percent signs and pluses are decoded.
 */
bool query_has(struct apam_str query, struct apam_str name);

/*
 * True if a Location is `target` or lies below it.  A target that is a path is
 * compared with the location's path, on any host.  A target that is a URL is
 * compared with the whole location.
 */
bool location_below(struct apam_str location, struct apam_str target);

#endif
