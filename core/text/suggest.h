/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The correct name closest to a misspelt one.
 */
#ifndef CORE_TEXT_SUGGEST_H
#define CORE_TEXT_SUGGEST_H

#include <stdbool.h>

/*
 * The edit distance (insert, delete, replace, swap of neighbours) of the first
 * 64 bytes of each.
 */
unsigned suggest_distance(const char *a, const char *b);

/*
 * Replace *best, which may be NULL, by `candidate` if that is closer to `name`.
 * A candidate that continues `name` after a '-' or '_' counts as one mistake.
 */
void
suggest_consider(const char *name, const char *candidate, const char **best);

/* True if `best` is close enough to be suggested. */
bool suggest_near(const char *name, const char *best);

#endif
