/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding profiles by URL: an index of their origins, made when it is first
 * asked and anew when the files have been looked at, once a second at most and
 * once more for a URL that no profile holds.
 */
#ifndef CORE_PROFILE_FINDER_H
#define CORE_PROFILE_FINDER_H

#include "config/directory.h"
#include "profile/handle.h"
#include "profile/origin_index.h"

/*
 * An index of the profiles that are listed, as their files are now.  Those in
 * error are there by what can be read of their origins (config/claims.h).
 * Errors: MEMORY; *index is then NULL.
 */
enum apam_status finder_index(struct apam *ctx, const struct directory *list,
    struct origin_index **index, struct apam_error *err);

#endif
