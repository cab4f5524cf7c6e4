/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host reads; a piece of its body is fetched when all of the last one was
 * read, without any lock, and its digest is shown to what rewrites it.  The
 * host's reader is not believed: a body of another length than was said ends in
 * a failure, before the last byte goes out.
 */
#include "entry/new_body.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "crypto/digest.h"

/* Before the piece, the piece, behind it. */
#define PARTS 3

struct new_body {
	struct apam_body pub;
	struct rewriter *rewriter;
	struct apam_body from; /* the request's */
	char *buffer; /* a piece of a READER; NULL: BYTES */
	uint64_t taken; /* of the request's body */
	uint64_t given; /* to the host */
	bool ended; /* there is nothing behind `parts` */
	struct apam_str parts[PARTS]; /* what the host has not yet */
	struct apam_error failed;
};

/* ---- The request's body ------------------------------------------------- */

static bool
fail(struct new_body *b, enum apam_status status, const char *why)
{
	(void)error_set(&b->failed, status, "%s", why);
	return false;
}

/* The next piece of a READER; false where it cannot be read. */
static bool
read_piece(struct new_body *b, struct apam_str *piece)
{
	const size_t want = b->rewriter->piece;
	int64_t got = 1;
	size_t n = 0;

	while (n < want && got > 0) {
		got = b->from.read(
		    b->from.arg, b->taken + n, b->buffer + n, want - n);
		if (got < 0 || (uint64_t)got > want - n)
			return fail(b, APAM_E_USAGE,
			    "the body of the request cannot be read");
		n += (size_t)got;
	}
	*piece = (struct apam_str){ b->buffer, n };
	b->taken += n;
	if (b->taken <= b->from.length && (n > 0 || b->taken == b->from.length))
		return true;
	return fail(b, APAM_E_USAGE,
	    "the body of the request has another length than it says");
}

static bool
take_piece(struct new_body *b, struct apam_str *piece)
{
	if (b->from.kind == APAM_BODY_READER)
		return read_piece(b, piece);
	*piece = str_skip(b->from.bytes, (size_t)b->taken);
	if (piece->n > b->rewriter->piece)
		piece->n = b->rewriter->piece;
	b->taken += piece->n;
	return true;
}

/* ---- Rewriting ----------------------------------------------------------- */

/* False, with an error, where there is no such digest to be had. */
static bool
show_piece(struct new_body *b, struct apam_str bytes,
    unsigned char digest[APAM_HASH_MAX], struct apam_piece *piece)
{
	const struct crypto_message message = { &bytes, 1 };
	size_t n = 0;

	*piece = (struct apam_piece){ .size = sizeof(*piece),
		.length = bytes.n };
	if (b->rewriter->hash != 0 &&
	    digest_message(
		b->rewriter->hash, &message, digest, &n, &b->failed) != APAM_OK)
		return false;
	piece->digest = (struct apam_str){ (const char *)digest, n };
	return true;
}

/* Rewrite one more piece. */
static bool
go_on(struct new_body *b)
{
	unsigned char digest[APAM_HASH_MAX];
	struct apam_piece piece;
	struct apam_str bytes;
	struct around around;

	if (!take_piece(b, &bytes) || !show_piece(b, bytes, digest, &piece) ||
	    b->rewriter->slots->piece(
		b->rewriter, &piece, &around, &b->failed) != APAM_OK)
		return false;
	b->ended = bytes.n == 0;
	b->parts[0] = around.before;
	b->parts[1] = bytes;
	b->parts[2] = around.behind;
	return true;
}

static bool
rewind_all(struct new_body *b)
{
	b->taken = b->given = 0;
	b->ended = false;
	memset(b->parts, 0, sizeof(b->parts));
	error_init(&b->failed);
	return b->rewriter->slots->rewind(b->rewriter, &b->failed) == APAM_OK;
}

/* ---- The host ----------------------------------------------------------- */

/* Copy what is there of the present piece; `to` NULL: pass over it. */
static size_t
give(struct new_body *b, char *to, size_t size)
{
	size_t n = 0, some;

	for (size_t i = 0; i < PARTS; i++) {
		struct apam_str *part = &b->parts[i];

		some = part->n < size - n ? part->n : size - n;
		if (to != NULL && some > 0)
			memcpy(to + n, part->p, some);
		n += some;
		*part = str_skip(*part, some);
	}
	b->given += n;
	return n;
}

/* How many bytes there were until the end; -1: it failed. */
static int64_t
read_on(struct new_body *b, char *to, size_t size)
{
	size_t n = 0;

	while (b->failed.status == APAM_OK) {
		n += give(b, to == NULL ? NULL : to + n, size - n);
		if (n == size || b->ended)
			return (int64_t)n;
		(void)go_on(b);
	}
	return -1;
}

/* Go to an offset that is not the next one: only the beginning is near. */
static bool
go_to(struct new_body *b, uint64_t offset)
{
	const size_t step = 1048576;

	if (offset < b->given && !rewind_all(b))
		return false;
	while (b->given < offset) {
		const uint64_t left = offset - b->given;

		if (read_on(b, NULL, left < step ? (size_t)left : step) <= 0)
			return false;
	}
	return true;
}

static int64_t
read_new(void *arg, uint64_t offset, void *to, size_t size)
{
	struct new_body *b = arg;

	if (size > INT64_MAX)
		size = INT64_MAX;
	if (offset == 0 && b->failed.status != APAM_OK && !rewind_all(b))
		return -1;
	if (offset != b->given && !go_to(b, offset))
		return -1;
	return read_on(b, to, size);
}

/* ---- Making ------------------------------------------------------------- */

static struct new_body *
allocate(const struct apam_body *body, size_t piece)
{
	struct new_body *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	if (body->kind == APAM_BODY_READER)
		b->buffer = malloc(piece);
	if (body->kind != APAM_BODY_READER || b->buffer != NULL)
		return b;
	free(b);
	return NULL;
}

enum apam_status
new_body_make(struct rewriter **rewriter, const struct apam_body *body,
    struct new_body **made, struct apam_error *err)
{
	struct rewriter *mine = *rewriter;
	enum apam_status status = rewriter_check_body(body, err);
	struct new_body *b = NULL;

	*made = NULL;
	*rewriter = NULL;
	if (status == APAM_OK) {
		b = allocate(body, mine->piece);
		if (b == NULL)
			status = error_set(err, APAM_E_MEMORY, "out of memory");
	}
	if (b == NULL) {
		rewriter_free(&mine);
		return status;
	}
	b->rewriter = mine;
	b->from = *body;
	error_init(&b->failed);
	b->pub = (struct apam_body){ .size = sizeof(b->pub),
		.kind = APAM_BODY_READER,
		.length = mine->length,
		.read = read_new,
		.arg = b };
	*made = b;
	return APAM_OK;
}

void
new_body_free(struct new_body **body)
{
	struct new_body *b = *body;

	*body = NULL;
	if (b == NULL)
		return;
	rewriter_free(&b->rewriter);
	free(b->buffer);
	free(b);
}

const struct apam_body *
new_body_view(const struct new_body *body)
{
	return &body->pub;
}

const struct apam_error *
new_body_failure(const struct new_body *body)
{
	return &body->failed;
}
