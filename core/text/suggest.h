/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The nearest right name for a misspelt one.
 */
#ifndef CORE_SUGGEST_H
#define CORE_SUGGEST_H

#include <stdbool.h>

/*
 * Edit distance (insert, delete, replace, swap of neighbours), cut at 64
 * bytes each.
 */
unsigned suggest_distance(const char *a, const char *b);

/*
 * Keep the better of *best (or NULL) and `candidate` for `name`; one that goes
 * on with '-' or '_' where `name` ends is as good as one slip away.
 */
void
suggest_consider(const char *name, const char *candidate, const char **best);

/* True where `best` is near enough to be worth a mention. */
bool suggest_near(const char *name, const char *best);

#endif
