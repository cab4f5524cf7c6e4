/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What rewrites a request's body: it is told of the body piece by piece, and
 * says what stands around each piece in what is sent.  It never sees the bytes.
 * A module does that (entry/body_run.h), or the agent has done it before
 * (served/signed_body.h).
 */
#ifndef CORE_ABI_REWRITER_H
#define CORE_ABI_REWRITER_H

#include <apam/apam.h>

#include <apam/module.h>

/* What stands around a piece; at the end all is `before`. */
struct around {
	struct apam_str before, behind;
};

struct rewriter;

struct rewriter_slots {
	/*
	 * The next piece, or the end, where its length is 0.  *around lives
	 * until the next call.
	 */
	enum apam_status (*piece)(struct rewriter *rewriter,
	    const struct apam_piece *piece, struct around *around,
	    struct apam_error *err);
	/* Begin again with the first piece. */
	enum apam_status (*rewind)(
	    struct rewriter *rewriter, struct apam_error *err);
	void (*free)(struct rewriter *rewriter);
};

/* By one thread at a time.  The first member of what it is. */
struct rewriter {
	const struct rewriter_slots *slots;
	uint64_t length;	/* of what is sent, in bytes */
	size_t piece;		/* bytes of each piece but the last one */
	int32_t hash;		/* enum apam_hash, of each piece; 0: none */
};

/* Free it and set *rewriter, which may be NULL, to NULL. */
void rewriter_free(struct rewriter **rewriter);

/* How many bytes a body has; 0 also where that is not said. */
uint64_t rewriter_body_length(const struct apam_body *body);

/*
 * Is this a body that can be rewritten: one that can be read, of a length that
 * is known?  USAGE: it is not.
 */
enum apam_status rewriter_check_body(
    const struct apam_body *body, struct apam_error *err);

/* How many pieces a body of so many bytes has. */
uint64_t rewriter_count(const struct rewriter *rewriter, uint64_t length);

#endif
