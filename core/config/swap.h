/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two groups of a list in each other's place, in the text of a configuration
 * file.  Comments and layout inside the groups go along, and so do the comments
 * that are a group's own, comment.h; all other bytes stay.
 */
#ifndef CORE_CONF_SWAP_H
#define CORE_CONF_SWAP_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * Put `text`, which conf_guard has passed, into an empty buffer with groups `a`
 * and `b`, a < b from 0, of the outermost list of this name swapped.  False
 * where the list lacks one of them, or without memory or room: to->failed.
 */
bool conf_swap(struct apam_str text, struct apam_str list, size_t a, size_t b,
    struct buf *to);

#endif
