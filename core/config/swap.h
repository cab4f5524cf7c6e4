/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Swapping two groups of a list in the text of a configuration file.  Comments
 * and layout inside the groups are moved with them, and so are the comments
 * that belong to a group (comment.h); all other bytes stay.
 */
#ifndef CORE_CONFIG_SWAP_H
#define CORE_CONFIG_SWAP_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * Put `text`, which conf_guard has checked, into an empty buffer, with groups
 * `a` and `b`, counted from 0, a < b, of the outermost list with this name
 * swapped.  False if the list lacks one of them, or if to->failed: no memory or
 * room.
 */
bool conf_swap(struct apam_str text, struct apam_str list, size_t a, size_t b,
    struct buf *to);

#endif
