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

/* One that has origins in an index; lives as long as that. */
struct claimant {
	const char *name;
	struct apam_profile *profile; /* NULL: its file is in error */
};

/* Which profiles hold a URL. */
struct choice {
	const struct claimant *best; /* by the longest path; NULL: none */
	size_t depth;		/* the length of that */
	const struct claimant *rival; /* one that is as good, or NULL */
};

/* An empty one, held once; NULL without memory. */
struct origin_index *origin_index_new(void);

/*
 * Add copies of a profile's origins; the profile has to outlive the index.
 * False without memory.
 */
bool origin_index_add(struct origin_index *index,
    struct apam_profile *profile, const struct url *origins, size_t count);

/* The same for a profile whose file is in error, with a copy of its name. */
bool origin_index_claim(struct origin_index *index, const char *name,
    const struct url *origins, size_t count);

/*
 * Note that it is not known which origins a profile has.  False without memory.
 */
bool origin_index_add_unread(struct origin_index *index, const char *name);

/* The first such profile, or NULL; lives as long as the index. */
const char *origin_index_unread(const struct origin_index *index);

/* When the last was added, and before anything is chosen. */
void origin_index_sort(struct origin_index *index);

/*
 * The longest path wins; whether two are alike is for the caller to say.  Of
 * those, `best` is the first by name and `rival` the last.  One may be there
 * twice, as it works and as its file is now, in error: then it is the former.
 */
struct choice origin_index_choose(const struct origin_index *index,
    const struct url *url);

struct origin_index *origin_index_hold(struct origin_index *index);
/* Drop one reference and set *index to NULL, which it may be. */
void origin_index_release(struct origin_index **index);

#endif
