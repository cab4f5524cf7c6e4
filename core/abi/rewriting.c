/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The piece is large and stays where it is; what stands before and after it is
 * small, and is copied.
 */
#include "abi/rewriting.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void
rewriting_begin(struct apam_rewriting *r, struct apam_str piece)
{
	r->piece = piece;
	r->used = 0;
	r->count = 0;
	r->total = 0;
	error_clear(&r->error);
}

static bool
is_of_piece(const struct apam_rewriting *r, struct apam_str bytes)
{
	const uintptr_t at = (uintptr_t)bytes.p, from = (uintptr_t)r->piece.p;

	return r->piece.n > 0 && at >= from && at - from <= r->piece.n &&
	    bytes.n <= r->piece.n - (at - from);
}

/* Copy them; false with an error set. */
static bool
copy(struct apam_rewriting *r, struct apam_str bytes)
{
	if (bytes.n > REWRITING_OWN_MAX - r->used) {
		(void)error_set(&r->error, APAM_E_ABI,
		    "the module adds more to the body than there is room for");
		return false;
	}
	if (r->own == NULL)
		r->own = malloc(REWRITING_OWN_MAX);
	if (r->own == NULL) {
		(void)error_set(&r->error, APAM_E_MEMORY, "out of memory");
		return false;
	}
	memcpy(r->own + r->used, bytes.p, bytes.n);
	r->used += bytes.n;
	return true;
}

void
rewriting_put(struct apam_rewriting *r, struct apam_str bytes)
{
	const bool of_piece = is_of_piece(r, bytes);
	struct rewriting_part part = { !of_piece, r->used, bytes.n };

	if (r->error.status != APAM_OK || bytes.n == 0)
		return;
	if (r->count == REWRITING_PARTS_MAX) {
		(void)error_set(&r->error, APAM_E_ABI,
		    "the module puts a piece of the body together from too many "
		    "parts");
		return;
	}
	if (of_piece)
		part.offset = (size_t)(bytes.p - r->piece.p);
	else if (!copy(r, bytes))
		return;
	r->parts[r->count++] = part;
	r->total += bytes.n;
}

struct apam_str
rewriting_part(const struct apam_rewriting *r, size_t i)
{
	const struct rewriting_part *part = &r->parts[i];

	return (struct apam_str){
		(part->copied ? r->own : r->piece.p) + part->offset, part->n
	};
}

void
rewriting_free(struct apam_rewriting *r)
{
	free(r->own);
	r->own = NULL;
}
