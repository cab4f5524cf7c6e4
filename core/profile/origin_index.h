/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which profile holds a URL: the origins of many profiles in order, so that
 * few of them are compared with it.  As they were when they were added: it
 * knows nothing of files.
 */
#ifndef CORE_PROFILE_ORIGIN_INDEX_H
#define CORE_PROFILE_ORIGIN_INDEX_H

#include <apam/apam.h>

#include "text/url.h"

/* Immutable once sorted, shared by reference count. */
struct origin_index;

/* Which profiles hold a URL. */
struct choice {
	struct apam_profile *best; /* by the longest path; NULL: none */
	size_t depth;		/* the length of that */
	struct apam_profile *rival; /* one that is as good, or NULL */
};

/* An empty one, held once; NULL without memory. */
struct origin_index *origin_index_new(void);

/*
 * Add copies of a profile's origins; the profile has to outlive the index.
 * False without memory.
 */
bool origin_index_add(struct origin_index *index,
    struct apam_profile *profile, const struct url *origins, size_t count);

/* When the last was added, and before anything is chosen. */
void origin_index_sort(struct origin_index *index);

/*
 * The longest path wins; whether two are alike is for the caller to say.  Of
 * those, `best` is the first by name and `rival` the last.
 */
struct choice origin_index_choose(const struct origin_index *index,
    const struct url *url);

struct origin_index *origin_index_hold(struct origin_index *index);
/* Drop one reference and set *index to NULL, which it may be. */
void origin_index_release(struct origin_index **index);

#endif
