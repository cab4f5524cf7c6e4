/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a path is below an origin's, as every server would see it.  By RFC
 * 3986, 6.2.2, two spellings of a path differ in few ways; servers know more:
 * they decode twice, read UTF-8 loosely, or convert it to a compatibility form
 * (Unicode UAX #15) that turns a full-width dot into a plain one.  So a path
 * that some server could read as another one is refused.
 */
#ifndef CORE_TEXT_URL_PATH_H
#define CORE_TEXT_URL_PATH_H

#include <stdbool.h>

#include <apam/types.h>

#define URL_MAX 8192 /* bytes */

/*
 * The two halves of the rule, for an origin's path other than "/".  The first
 * is NULL if all servers read the path of a URL in the same way, else a static
 * text.  The second is true if that path is `origin` or lies below it.
 */
const char *url_path_unclear(struct apam_str path);
bool url_path_below(struct apam_str origin, struct apam_str path);

#endif
