/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a path is below an origin's, as every server would see it.  RFC 3986,
 * 6.2.2, has but few things that two spellings of a path may differ in; servers
 * know more: they decode twice, read UTF-8 laxly, or bring it into a
 * compatibility form (Unicode UAX #15) that has '.' in place of a full-width
 * one.  So what some server could read as another path is refused.
 */
#ifndef CORE_URL_PATH_H
#define CORE_URL_PATH_H

#include <stdbool.h>

#include <apam/types.h>

/*
 * The two halves of the rule, for an origin's path other than "/".  NULL where
 * all read the path of a URL alike, else static text; true where that path is
 * `origin` or goes on below it.
 */
const char *url_path_unclear(struct apam_str path);
bool url_path_below(struct apam_str origin, struct apam_str path);

#endif
