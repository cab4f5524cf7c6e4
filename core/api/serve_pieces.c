/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nothing is kept from one question to the next: the caller sends all digests
 * with the second, and the module begins anew.
 */
#include "api/serve_pieces.h"

#include "abi/rewriter.h"
#include "agent/around.h"
#include "agent/lists.h"
#include "base/error.h"
#include "base/str.h"
#include "crypto/digest.h"

/* Known before anything is computed: the module has said the new length. */
static enum apam_status
check_room(const struct rewriter *r, uint64_t length, struct apam_error *err)
{
	const uint64_t count = rewriter_count(r, length);
	const uint64_t more = r->length > length ? r->length - length : 0;

	if (count <= AGENT_PIECES_MAX &&
	    more <= AGENT_AROUND_MAX - (count + 1) * AROUND_HEAD)
		return APAM_OK;
	return error_set(err, APAM_E_USAGE,
	    "the body of %llu bytes is too long to be signed through the agent: "
	    "an answer has room for %d pieces, and for %d bytes around them; "
	    "send it in parts, or give the profile agent = \"off\"",
	    (unsigned long long)length, AGENT_PIECES_MAX, AGENT_AROUND_MAX);
}

/* True where the digests are those that the module needs. */
static bool
has_digests(
    const struct serve_pieces *told, const struct rewriter *r, uint64_t count)
{
	return r->hash == 0 || count == 0 ||
	    (told->hash == r->hash && told->piece == r->piece &&
		told->digests.n == count * digest_size(r->hash));
}

static enum apam_status
rewrite_next(struct rewriter *r, size_t length, struct apam_str digest,
    struct buf *to, struct apam_error *err)
{
	const struct apam_piece piece = {
		.size = sizeof(piece), .length = length, .digest = digest
	};
	struct around around;
	enum apam_status status = r->slots->piece(r, &piece, &around, err);

	if (status != APAM_OK)
		return status;
	if (!around_put(to, around.before, around.behind))
		return error_set(err, APAM_E_MEMORY, "out of memory");
	return APAM_OK;
}

static enum apam_status
rewrite_end(struct rewriter *r, struct buf *to, struct apam_error *err)
{
	static const struct crypto_message nothing = { NULL, 0 };
	unsigned char digest[APAM_HASH_MAX];
	struct apam_error why = APAM_ERROR_INIT;
	size_t n = 0;

	if (r->hash != 0 &&
	    digest_message(r->hash, &nothing, digest, &n, &why) != APAM_OK)
		return error_set(err, why.status, "%s", why.text);
	return rewrite_next(
	    r, 0, (struct apam_str){ (const char *)digest, n }, to, err);
}

enum apam_status
serve_pieces(const struct apam_body *body, const struct serve_pieces *told,
    struct rewriter *r, struct buf *around, struct apam_error *err)
{
	enum apam_status status = rewriter_check_body(body, err);
	uint64_t left = rewriter_body_length(body);
	struct apam_str digests = told->digests;
	const size_t n = digest_size(r->hash);

	if (status == APAM_OK)
		status = check_room(r, left, err);
	if (status == APAM_OK && !has_digests(told, r, rewriter_count(r, left)))
		status = APAM_E_PENDING;
	while (status == APAM_OK && left > 0) {
		const size_t length = left < r->piece ? (size_t)left : r->piece;

		status = rewrite_next(
		    r, length, str_cut(digests, n), around, err);
		digests = str_skip(digests, n);
		left -= length;
	}
	return status == APAM_OK ? rewrite_end(r, around, err) : status;
}
