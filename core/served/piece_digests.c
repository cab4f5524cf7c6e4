/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * It is read as it is sent later (entry/new_body.h), by what adds nothing to it
 * and notes the digests.
 */
#include "served/piece_digests.h"

#include "abi/rewriter.h"
#include "base/clock.h"
#include "base/error.h"
#include "entry/new_body.h"

#define BLOCK 16384

struct noting {
	struct rewriter pub;
	struct buf *to;
	int64_t deadline;
};

static enum apam_status
note(struct rewriter *rewriter, const struct apam_piece *piece,
    struct around *around, struct apam_error *err)
{
	struct noting *n = (struct noting *)(void *)rewriter;

	*around = (struct around){ APAM_STR(""), APAM_STR("") };
	if (clock_ms() >= n->deadline)
		return error_set(err, APAM_E_DEADLINE,
		    "the body was not read in the time given");
	if (piece->length > 0)
		buf_put(n->to, piece->digest);
	if (n->to->failed)
		return error_set(err, APAM_E_MEMORY, "out of memory");
	return APAM_OK;
}

static enum apam_status
begin_again(struct rewriter *rewriter, struct apam_error *err)
{
	struct noting *n = (struct noting *)(void *)rewriter;

	(void)err;
	buf_truncate(n->to, 0);
	return APAM_OK;
}

static void
free_nothing(struct rewriter *rewriter)
{
	(void)rewriter;
}

/* Read the body and throw it away: reading it notes the digests. */
static enum apam_status
read_through(const struct new_body *body, struct apam_error *err)
{
	const struct apam_body *view = new_body_view(body);
	char block[BLOCK];
	uint64_t at = 0;
	int64_t n = 1;

	while (n > 0) {
		n = view->read(view->arg, at, block, sizeof(block));
		at += n > 0 ? (uint64_t)n : 0;
	}
	wipe(block, sizeof(block));
	if (n == 0)
		return APAM_OK;
	error_copy(err, new_body_failure(body));
	return new_body_failure(body)->status;
}

enum apam_status
piece_digests(const struct apam_body *body, int32_t hash, size_t piece,
    int64_t deadline, struct buf *to, struct apam_error *err)
{
	static const struct rewriter_slots slots = { note, begin_again,
		free_nothing };
	struct noting noting = { { &slots, rewriter_body_length(body), piece,
				     hash },
		to, deadline };
	struct rewriter *rewriter = &noting.pub;
	struct new_body *read = NULL;
	enum apam_status status = new_body_make(&rewriter, body, &read, err);

	buf_truncate(to, 0);
	if (status == APAM_OK)
		status = read_through(read, err);
	new_body_free(&read);
	return status;
}
