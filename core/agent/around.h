/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands around the pieces of a body that is rewritten (abi/rewriter.h), as
 * one item of a message: for each piece, and for the end, the length of what
 * stands before it and of what stands behind it, in 2 bytes each, then both.
 */
#ifndef CORE_AGENT_AROUND_H
#define CORE_AGENT_AROUND_H

#include <stdbool.h>

#include "base/buf.h"

#define AROUND_HEAD 4 /* bytes of both lengths */

/* Add one; false where a text is too long, or there is no room. */
bool around_put(
    struct buf *to, struct apam_str before, struct apam_str behind);

/* Take one off *rest; false where there is none, or it is not whole. */
bool around_take(
    struct apam_str *rest, struct apam_str *before, struct apam_str *behind);

#endif
