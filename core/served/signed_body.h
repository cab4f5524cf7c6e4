/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The agent's answer as what rewrites a request's body: what stands around each
 * piece is there already.  A piece that is not the one whose digest the agent
 * was told of is not sent.
 */
#ifndef CORE_SERVED_SIGNED_BODY_H
#define CORE_SERVED_SIGNED_BODY_H

#include "abi/rewriter.h"
#include "agent/message.h"

/* What the agent was told of the pieces. */
struct told_pieces {
	uint64_t body_length;	/* bytes of the request's body */
	int32_t hash;		/* 0: nothing */
	uint64_t piece;		/* bytes of one */
	struct apam_str digests; /* of all pieces */
};

/*
 * Make one of copies.  Errors: INTERNAL, where the answer is not about these
 * pieces; MEMORY.
 */
enum apam_status signed_body_new(const struct agent_signed *made,
    const struct told_pieces *told, struct rewriter **rewriter,
    struct apam_error *err);

#endif
