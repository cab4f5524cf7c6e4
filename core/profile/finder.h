/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding profiles by URL: an index of their origins, made when it is first
 * asked and anew when the files have been looked at, once a second at most and
 * once more for a URL that no profile holds.
 */
#ifndef CORE_FIND_H
#define CORE_FIND_H

#include "config/directory.h"
#include "profile/origin_index.h"

/* A context's; zeroed at first, and guarded by the context's lock. */
struct finder {
	/* NULL: not made yet, or the files could not be listed since. */
	struct profile_index *index;
	bool looking;		/* some thread looks at the files */
	int64_t check_at;	/* clock_ms: when to look at them again */
	int64_t missed_at;	/* the same, for a URL that it does not hold */
};

/*
 * An index of the profiles that are listed, as their files are now.  Those that
 * cannot be read are left out.  Errors: MEMORY; *index is then NULL.
 */
enum apam_status find_index(struct apam *ctx, const struct names_list *list,
    struct profile_index **index, struct apam_error *err);

#endif
