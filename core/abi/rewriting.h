/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a module puts in the place of one piece of a body.
 */
#ifndef CORE_ABI_REWRITING_H
#define CORE_ABI_REWRITING_H

#include <apam/apam.h>

#include <apam/module.h>

#define REWRITING_PIECE_MAX 1048576	/* bytes of the body */
#define REWRITING_PARTS_MAX 64		/* calls of body_put */
#define REWRITING_OWN_MAX 65536		/* bytes that are not the piece's */

/* Bytes of the piece, or of what was copied. */
struct rewriting_part {
	bool copied;
	size_t offset, n;
};

/* Zeroed, it has nothing; `own` is freed by rewriting_free. */
struct apam_rewriting {
	struct apam_str piece;	/* borrowed */
	char *own;		/* REWRITING_OWN_MAX bytes; made when needed */
	size_t used;
	struct rewriting_part parts[REWRITING_PARTS_MAX];
	size_t count;
	uint64_t total;		/* bytes of all parts */
	struct apam_error error;
};

/* Begin with a piece. */
void rewriting_begin(struct apam_rewriting *r, struct apam_str piece);

/* Bytes to be sent; `error` is set where there is no room: ABI, MEMORY. */
void rewriting_put(struct apam_rewriting *r, struct apam_str bytes);

/* The bytes of part `i`. */
struct apam_str rewriting_part(const struct apam_rewriting *r, size_t i);

void rewriting_free(struct apam_rewriting *r);

#endif
