/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The digests of a body's pieces, for the agent, which does not get the body.
 */
#ifndef CORE_SERVED_PIECE_DIGESTS_H
#define CORE_SERVED_PIECE_DIGESTS_H

#include <apam/apam.h>

#include "base/buf.h"

/*
 * Read the body once and put the digest of each piece of so many bytes into *to,
 * an initialised buffer.  `deadline` is of clock_ms.  Errors: USAGE, where it
 * cannot be read or has another length than it says; DEADLINE; MEMORY; POLICY
 * and INTERNAL as digest_message.
 */
enum apam_status piece_digests(const struct apam_body *body, int32_t hash,
    size_t piece, int64_t deadline, struct buf *to, struct apam_error *err);

#endif
