/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which comments of a configuration file's text belong to a group in a list:
 * those right above it, or before it on its line, and the one behind it on its
 * last line.
 */
#ifndef CORE_CONF_COMMENT_H
#define CORE_CONF_COMMENT_H

#include <stdbool.h>
#include <stddef.h>

#include <apam/types.h>

/*
 * Where the comments above a group begin, which stand between `gap`, the end of
 * the token before, and `brace`; `brace` itself where it has none.  A comment
 * that an empty line sets apart is no group's, and neither is one that ends the
 * line of the token before.
 */
size_t conf_comment_above(struct apam_str text, size_t gap, size_t brace);

/* True where only blanks stand before `at` on its line. */
bool conf_comment_line_begins(struct apam_str text, size_t at);

/*
 * The comment behind a group that ends at `end`, on the same line, past a comma
 * if there is one: bytes *from to *to, with the blanks before it; both alike
 * where there is none.  False where more than a comment follows on the line.
 */
bool conf_comment_behind(
    struct apam_str text, size_t end, size_t *from, size_t *to);

#endif
