/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which comments in a configuration file belong to a group in a list: those
 * directly above it, or before it on its line, and the one after it on its last
 * line.
 */
#ifndef CORE_CONFIG_COMMENT_H
#define CORE_CONFIG_COMMENT_H

#include <stdbool.h>
#include <stddef.h>

#include <apam/types.h>

/*
 * Where the comments above a group start.  They are between `gap`, the end of
 * the token before, and `brace`; returns `brace` if there are none.  A comment
 * that is followed by an empty line belongs to no group, and neither does one
 * that ends the line of the token before.
 */
size_t conf_comment_above(struct apam_str text, size_t gap, size_t brace);

/* True if only blanks come before `at` on its line. */
bool conf_comment_line_begins(struct apam_str text, size_t at);

/*
 * The comment after a group that ends at `end`, on the same line, also after a
 * comma: bytes *from to *to, with the blanks before it; both are equal if there
 * is none.  False if something other than a comment follows on the line.
 */
bool conf_comment_behind(
    struct apam_str text, size_t end, size_t *from, size_t *to);

#endif
