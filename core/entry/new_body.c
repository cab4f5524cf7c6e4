/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host reads; a piece of its body is fetched when all of the last one was
 * read, without any lock, and given to the module.  Neither is believed: a body
 * of another length than was said ends in a failure, before the last byte goes
 * out.
 */
#include "entry/new_body.h"

#include <stdlib.h>
#include <string.h>

#include "abi/rewriting.h"
#include "base/error.h"

struct new_body {
	struct apam_body pub;
	struct entry *entry;
	struct apam_body from; /* the request's */
	struct apam_rewrite how;
	char *buffer; /* a piece of a READER; NULL: BYTES */
	uint64_t taken; /* of the request's body */
	uint64_t made; /* by the module */
	uint64_t given; /* to the host */
	bool ended; /* the module has had the empty piece */
	size_t part, at; /* of `out`, where the host goes on */
	struct apam_rewriting out;
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
	const size_t want = b->how.piece;
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
	if (b->from.length == 0 ||
	    (b->taken <= b->from.length &&
		(n > 0 || b->taken == b->from.length)))
		return true;
	return fail(b, APAM_E_USAGE,
	    "the body of the request has another length than it says");
}

static bool
take_piece(struct new_body *b, struct apam_str *piece)
{
	size_t left;

	if (b->from.kind == APAM_BODY_READER)
		return read_piece(b, piece);
	left = b->from.bytes.n - (size_t)b->taken;
	piece->p = b->from.bytes.p + b->taken;
	piece->n = left < b->how.piece ? left : b->how.piece;
	b->taken += piece->n;
	return true;
}

/* ---- The module --------------------------------------------------------- */

/* Turn what the slot returned and built into one status. */
static bool
check_result(struct new_body *b, int32_t returned)
{
	const struct apam_error *said = &b->out.error;

	if (returned == APAM_E_MEMORY || said->status == APAM_E_MEMORY)
		return fail(b, APAM_E_MEMORY, "out of memory");
	if (returned == APAM_OK && said->status == APAM_E_ABI)
		return fail(b, APAM_E_ABI, said->text);
	if (returned != (int32_t)said->status)
		return fail(b, APAM_E_ABI,
		    "the module did not return what it said of the body");
	return returned == APAM_OK || fail(b, said->status, said->text);
}

/* Is the length what the module had said, as far as it is known? */
static bool
check_length(struct new_body *b)
{
	b->made += b->out.total;
	if (b->made > b->how.length || (b->ended && b->made < b->how.length))
		return fail(b, APAM_E_ABI,
		    "the module rewrites the body to another length than it "
		    "said");
	return true;
}

/* Have the module rewrite one more piece. */
static bool
go_on(struct new_body *b)
{
	struct entry *e = b->entry;
	struct apam_str piece;
	int32_t returned;

	if (!take_piece(b, &piece))
		return false;
	b->ended = piece.n == 0;
	b->part = 0;
	b->at = 0;
	rewriting_begin(&b->out, piece);
	entry_enter(e);
	returned = e->module->abi.body_piece(
	    e->state, b->how.run, piece, &b->out);
	entry_leave(e);
	return check_result(b, returned) && check_length(b);
}

static bool
rewind_all(struct new_body *b)
{
	struct entry *e = b->entry;
	int32_t returned;

	b->taken = b->made = b->given = 0;
	b->ended = false;
	b->part = b->at = 0;
	rewriting_begin(&b->out, APAM_STR(""));
	error_clear(&b->failed);
	entry_enter(e);
	returned = e->module->abi.body_rewind(e->state, b->how.run);
	entry_leave(e);
	if (returned == APAM_OK)
		return true;
	if (returned == APAM_E_MEMORY)
		return fail(b, APAM_E_MEMORY, "out of memory");
	return fail(b, APAM_E_ABI,
	    "the module does not begin the body again, and does not say why");
}

/* ---- The host ----------------------------------------------------------- */

/* Copy what is there of the present piece; `to` NULL: pass over it. */
static size_t
give(struct new_body *b, char *to, size_t size)
{
	struct apam_str part;
	size_t n = 0, some;

	while (n < size && b->part < b->out.count) {
		part = rewriting_part(&b->out, b->part);
		some = part.n - b->at < size - n ? part.n - b->at : size - n;
		if (to != NULL)
			memcpy(to + n, part.p + b->at, some);
		n += some;
		b->at += some;
		if (b->at < part.n)
			break;
		b->part++;
		b->at = 0;
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
allocate(const struct apam_body *body, const struct apam_rewrite *how)
{
	struct new_body *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	if (body->kind == APAM_BODY_READER)
		b->buffer = malloc(how->piece);
	if (body->kind != APAM_BODY_READER || b->buffer != NULL)
		return b;
	free(b);
	return NULL;
}

static void
end_run(struct entry *e, void *run)
{
	entry_enter(e);
	e->module->abi.body_end(e->state, run);
	entry_leave(e);
}

enum apam_status
new_body_make(struct entry *e, const struct apam_body *body,
    struct apam_signing *out, struct apam_error *err)
{
	struct new_body *b;

	out->rewrites = false; /* it is not the signing's any more */
	if (e->module->abi.body_piece == NULL)
		return error_set(err, APAM_E_ABI,
		    "the module rewrites the body, and has no slots for it");
	b = allocate(body, &out->rewrite);
	if (b == NULL) {
		end_run(e, out->rewrite.run);
		return error_set(err, APAM_E_MEMORY, "out of memory");
	}
	b->entry = e;
	b->from = *body;
	b->how = out->rewrite;
	rewriting_begin(&b->out, APAM_STR(""));
	error_clear(&b->failed);
	b->pub = (struct apam_body){ .size = sizeof(b->pub),
		.kind = APAM_BODY_READER,
		.length = b->how.length,
		.read = read_new,
		.arg = b };
	out->body = b;
	out->free_body = new_body_free;
	return APAM_OK;
}

void
new_body_free(struct new_body **body)
{
	struct new_body *b = *body;

	*body = NULL;
	if (b == NULL)
		return;
	end_run(b->entry, b->how.run);
	rewriting_free(&b->out);
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
