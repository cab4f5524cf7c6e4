/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a module puts around one piece of a body.
 */
#ifndef CORE_ABI_REWRITING_H
#define CORE_ABI_REWRITING_H

#include <apam/apam.h>

#include <apam/module.h>

#include "abi/rewriter.h"

#define REWRITING_PIECE_MAX 1048576	/* bytes of the body */
#define REWRITING_OWN_MAX 4096		/* bytes around a piece */

struct apam_rewriting {
	bool has_piece;		/* there is one, and not the end */
	bool placed;		/* it was put */
	size_t before;		/* bytes of `own` that stand before it */
	size_t used;		/* bytes of `own` */
	char own[REWRITING_OWN_MAX];
	struct apam_error error; /* the first one: ABI, or of body_refuse */
};

/* Begin with a piece, or with the end. */
void rewriting_begin(struct apam_rewriting *r, bool has_piece);

/* What the services body_put and body_put_piece do. */
void rewriting_put(struct apam_rewriting *r, struct apam_str bytes);
void rewriting_put_piece(struct apam_rewriting *r);

/* All was put: a piece that was not sets `error`. */
void rewriting_end(struct apam_rewriting *r);

/* Views of `own`, until the next begin. */
struct around rewriting_around(const struct apam_rewriting *r);

#endif
