/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bodies that a scheme rewrites, for callers of the agent: of the body, which
 * they keep, the digests of its pieces are enough.
 */
#ifndef CORE_API_SERVE_PIECES_H
#define CORE_API_SERVE_PIECES_H

#include <apam/apam.h>

struct buf;
struct rewriter;

/* What a caller has told of the pieces of its body; zeroed: nothing. */
struct serve_pieces {
	int32_t hash;		/* enum apam_hash */
	uint64_t piece;		/* bytes of each, but the last one */
	struct apam_str digests; /* one behind the other */
	bool in_memory;		/* it has the body as bytes, which may be none */
};

/*
 * Put what stands around each piece (agent/around.h) into *around, an
 * initialised buffer.  `body` is of the kind that the caller has.  PENDING: the
 * digests that the rewriter needs were not told.  Errors: USAGE, where the body
 * cannot be read or is too long; as the module's; MEMORY.
 */
enum apam_status serve_pieces(const struct apam_body *body,
    const struct serve_pieces *told, struct rewriter *rewriter,
    struct buf *around, struct apam_error *err);

#endif
