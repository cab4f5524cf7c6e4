/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paths in rules.  A rule is a path, which fits itself alone: /v1/eyes fits
 * neither /v1/eyes/ nor /v1/eyes/7.  Or it ends in a slash and a star, and fits
 * all that begins with what stands before the star.
 *
 * Both rule and path are compared as they are sent, byte by byte.  So a path
 * fits no rule unless it has one spelling: the one of RFC 3986, 6.2.2, and of
 * which no server makes another path.
 */
#ifndef CORE_TEXT_PATH_RULE_H
#define CORE_TEXT_PATH_RULE_H

#include <stdbool.h>

#include <apam/types.h>

/* NULL, or a static text that says what is wrong with a rule. */
const char *path_rule_problem(struct apam_str rule);

/*
 * NULL where the path of a URL, without its query, has one spelling alone; else
 * a static text ("the path has an empty segment").
 */
const char *path_unsure(struct apam_str path);

/* True where a path that is not unsure fits a rule that is in order. */
bool path_rule_fits(struct apam_str rule, struct apam_str path);

/* True where all paths that fit `narrow` fit `wide`, too. */
bool path_rule_covers(struct apam_str wide, struct apam_str narrow);

#endif
