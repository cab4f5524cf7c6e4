/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Redirect targets.  Only the bytes given are read;
 * no URL is followed or built.
 */
#ifndef LOCATION_H
#define LOCATION_H

#include <apam/scheme.h>

/*
 * True if a Location is `target` or lies below it.  A target that is a path is
 * compared with the location's path, on any host.  A target that is a URL is
 * compared with the whole location.
 */
bool location_below(struct apam_str location, struct apam_str target);

/* The same of any of `count` targets. */
bool location_below_any(struct apam_str location,
    const struct apam_str *targets, size_t count);

/* True for a target: a path, or an http or https URL. */
bool location_is_target(struct apam_str target);

#endif
