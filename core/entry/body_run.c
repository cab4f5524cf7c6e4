/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The module is not believed: where it makes the body longer or shorter than it
 * said, that is a failure, before the last byte goes out.
 */
#include "entry/body_run.h"

#include <stdlib.h>

#include "abi/rewriting.h"
#include "base/error.h"

struct body_run {
	struct rewriter pub;
	struct entry *entry;
	void *run; /* the module's */
	uint64_t made; /* bytes so far */
	struct apam_rewriting out;
};

/* Turn what the slot returned and built into one status. */
static enum apam_status
check_result(
    const struct apam_error *said, int32_t returned, struct apam_error *err)
{
	if (returned == APAM_E_MEMORY || said->status == APAM_E_MEMORY)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	if (returned == APAM_OK && said->status == APAM_E_ABI)
		return error_set(err, APAM_E_ABI, "%s", said->text);
	if (returned != (int32_t)said->status)
		return error_set(err, APAM_E_ABI,
		    "the module did not return what it said of the body");
	return returned == APAM_OK ?
	    APAM_OK :
	    error_set(err, said->status, "%s", said->text);
}

/* Is the length what the module had said, as far as it is known? */
static enum apam_status
check_length(struct body_run *b, size_t piece, struct apam_error *err)
{
	b->made += b->out.used + piece;
	if (b->made <= b->pub.length && (piece > 0 || b->made == b->pub.length))
		return APAM_OK;
	return error_set(err, APAM_E_ABI,
	    "the module rewrites the body to another length than it said");
}

static enum apam_status
run_piece(struct rewriter *rewriter, const struct apam_piece *piece,
    struct around *around, struct apam_error *err)
{
	struct body_run *b = (struct body_run *)(void *)rewriter;
	struct entry *e = b->entry;
	enum apam_status status;
	int32_t returned;

	rewriting_begin(&b->out, piece->length > 0);
	entry_enter(e);
	returned = e->module->abi.body_piece(e->state, b->run, piece, &b->out);
	entry_leave(e);
	if (returned == APAM_OK)
		rewriting_end(&b->out);
	status = check_result(&b->out.error, returned, err);
	if (status == APAM_OK)
		status = check_length(b, piece->length, err);
	*around = rewriting_around(&b->out);
	return status;
}

static enum apam_status
run_rewind(struct rewriter *rewriter, struct apam_error *err)
{
	struct body_run *b = (struct body_run *)(void *)rewriter;
	struct entry *e = b->entry;
	int32_t returned;

	b->made = 0;
	entry_enter(e);
	returned = e->module->abi.body_rewind(e->state, b->run);
	entry_leave(e);
	if (returned == APAM_OK)
		return APAM_OK;
	if (returned == APAM_E_MEMORY)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	return error_set(err, APAM_E_ABI,
	    "the module does not begin the body again, and does not say why");
}

static void
end_run(struct entry *e, void *run)
{
	entry_enter(e);
	e->module->abi.body_end(e->state, run);
	entry_leave(e);
}

static void
run_free(struct rewriter *rewriter)
{
	struct body_run *b = (struct body_run *)(void *)rewriter;

	end_run(b->entry, b->run);
	free(b);
}

enum apam_status
body_run_new(struct entry *e, struct apam_signing *out, struct rewriter **made,
    struct apam_error *err)
{
	static const struct rewriter_slots slots = { run_piece, run_rewind,
		run_free };
	const struct apam_rewrite *how = &out->rewrite;
	struct body_run *b;

	*made = NULL;
	out->rewrites = false; /* it is not the signing's any more */
	if (e->module->abi.body_piece == NULL)
		return error_set(err, APAM_E_ABI,
		    "the module rewrites the body, and has no slots for it");
	b = calloc(1, sizeof(*b));
	if (b == NULL) {
		end_run(e, how->run);
		return error_set(err, APAM_E_MEMORY, "out of memory");
	}
	b->pub = (struct rewriter){ &slots, how->length, how->piece,
		how->hash };
	b->entry = e;
	b->run = how->run;
	error_init(&b->out.error);
	*made = &b->pub;
	return APAM_OK;
}
