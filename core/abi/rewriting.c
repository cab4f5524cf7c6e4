/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands around a piece is small, and is copied; the piece itself is not
 * here.
 */
#include "abi/rewriting.h"

#include <string.h>

#include "base/error.h"

void
rewriting_begin(struct apam_rewriting *r, bool has_piece)
{
	r->has_piece = has_piece;
	r->placed = false;
	r->before = 0;
	r->used = 0;
	error_init(&r->error);
}

void
rewriting_put(struct apam_rewriting *r, struct apam_str bytes)
{
	if (r->error.status != APAM_OK || bytes.n == 0)
		return;
	if (bytes.n > sizeof(r->own) - r->used) {
		(void)error_set(&r->error, APAM_E_ABI,
		    "the module adds more to the body than there is room for");
		return;
	}
	memcpy(r->own + r->used, bytes.p, bytes.n);
	r->used += bytes.n;
}

void
rewriting_put_piece(struct apam_rewriting *r)
{
	if (!r->has_piece)
		(void)error_set(&r->error, APAM_E_ABI,
		    "the module puts a piece where the body has ended");
	else if (r->placed)
		(void)error_set(&r->error, APAM_E_ABI,
		    "the module puts a piece of the body twice");
	r->placed = true;
	r->before = r->used;
}

void
rewriting_end(struct apam_rewriting *r)
{
	if (r->has_piece && !r->placed)
		(void)error_set(&r->error, APAM_E_ABI,
		    "the module leaves a piece of the body out");
	if (!r->placed)
		r->before = r->used;
}

struct around
rewriting_around(const struct apam_rewriting *r)
{
	return (struct around){ { r->own, r->before },
		{ r->own + r->before, r->used - r->before } };
}
