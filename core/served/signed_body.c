/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The answer is held against the body as a whole before anything is sent: as
 * many texts as there are pieces, and as many bytes as it says.
 */
#include "served/signed_body.h"

#include <stdlib.h>
#include <string.h>

#include "agent/around.h"
#include "base/error.h"
#include "base/str.h"
#include "crypto/digest.h"

struct signed_body {
	struct rewriter pub;
	size_t digest_size; /* 0: digests were not asked for */
	struct apam_str around, digests; /* of `bytes` */
	struct apam_str next_around, next_digest; /* what is left of them */
	char bytes[];
};

static enum apam_status
give_piece(struct rewriter *rewriter, const struct apam_piece *piece,
    struct around *around, struct apam_error *err)
{
	struct signed_body *b = (struct signed_body *)(void *)rewriter;
	const size_t n = piece->length > 0 ? b->digest_size : 0;

	if (n > b->next_digest.n ||
	    (n > 0 && !str_equal(piece->digest, str_cut(b->next_digest, n))) ||
	    !around_take(&b->next_around, &around->before, &around->behind))
		return error_set(err, APAM_E_USAGE,
		    "the body of the request has changed since it was signed");
	b->next_digest = str_skip(b->next_digest, n);
	return APAM_OK;
}

static enum apam_status
begin_again(struct rewriter *rewriter, struct apam_error *err)
{
	struct signed_body *b = (struct signed_body *)(void *)rewriter;

	(void)err;
	b->next_around = b->around;
	b->next_digest = b->digests;
	return APAM_OK;
}

static void
free_it(struct rewriter *rewriter)
{
	free(rewriter);
}

/* ---- Making ------------------------------------------------------------- */

static bool
has_all_texts(const struct agent_signed *made, uint64_t count, uint64_t length)
{
	struct apam_str rest = made->around, before, behind;
	uint64_t texts = 0;

	while (around_take(&rest, &before, &behind)) {
		texts++;
		length += before.n + behind.n;
	}
	return rest.n == 0 && texts == count + 1 && length == made->new_length;
}

static bool
is_about(const struct agent_signed *made, const struct told_pieces *told,
    struct signed_body *b)
{
	uint64_t count;

	if (made->piece == 0)
		return false;
	b->pub.piece = (size_t)made->piece;
	b->pub.hash = (int32_t)made->hash;
	b->pub.length = made->new_length;
	count = rewriter_count(&b->pub, told->body_length);
	if (count == 0)
		b->pub.hash = 0;
	b->digest_size = digest_size(b->pub.hash);
	if (b->digest_size > 0 &&
	    (told->hash != b->pub.hash || told->piece != made->piece ||
		told->digests.n != count * b->digest_size))
		return false;
	return has_all_texts(made, count, told->body_length);
}

enum apam_status
signed_body_new(const struct agent_signed *made, const struct told_pieces *told,
    struct rewriter **rewriter, struct apam_error *err)
{
	static const struct rewriter_slots slots = { give_piece, begin_again,
		free_it };
	const size_t n = made->around.n, m = told->digests.n;
	struct signed_body *b = calloc(1, sizeof(*b) + n + m);

	*rewriter = NULL;
	if (b == NULL)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	b->pub.slots = &slots;
	if (!is_about(made, told, b)) {
		free(b);
		return error_set(err, APAM_E_INTERNAL,
		    "the agent's answer is malformed: it is about another body");
	}
	memcpy(b->bytes, made->around.p, n);
	if (m > 0)
		memcpy(b->bytes + n, told->digests.p, m);
	b->around = (struct apam_str){ b->bytes, n };
	b->digests = (struct apam_str){ b->bytes + n, m };
	*rewriter = &b->pub;
	return begin_again(&b->pub, err);
}
