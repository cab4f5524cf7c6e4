/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking into query strings and redirect targets.  Reads nothing but the
 * bytes given; no URL is followed or built here.
 */
#ifndef QUERY_H
#define QUERY_H

#include "../common.h"

/*
 * True where a query string (without '?') has a parameter of exactly this
 * name once its percent signs and pluses are decoded.
 */
bool query_has(struct apam_str query, struct apam_str name);

/*
 * True where a Location is `target` or lies below it.  A target that is a
 * path is compared with the location's path, whatever its host; one that is a
 * URL, with the whole.
 */
bool location_below(struct apam_str location, struct apam_str target);

#endif
