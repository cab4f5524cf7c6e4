/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The origins of a profile.  An origin promises where credentials go, so it has
 * only one spelling: no query, fragment, percent sign, dot segment or empty
 * segment.
 */
#ifndef CORE_CONFIG_ORIGINS_H
#define CORE_CONFIG_ORIGINS_H

#include "config/profile_values.h"

/* Distinguished by its address from problems of the text. */
extern const char origin_out_of_memory[];

/*
 * Add an origin to the profile, whose arrays have room for one more.  NULL, or
 * what is wrong with `text`; or origin_out_of_memory.
 */
const char *origin_add(struct profile *profile, struct apam_str text);

/*
 * How many bytes of a path an origin may have: all of them, with *why NULL; or
 * those before the segment that *why is about, with the slash.
 */
size_t origin_path_part(struct apam_str path, const char **why);

#endif
