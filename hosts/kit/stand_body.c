/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What comes is hashed by buffers of one size, whatever was asked for, so that
 * records can be compared.
 */
#include "kit/stand_body.h"

#include <string.h>

#include "entry/new_body.h"
#include "kit/finding.h"
#include "kit/standing.h"

#define BLOCK 4096

/* Bytes that are not recorded yet. */
struct taken {
	struct record *record;
	char block[BLOCK];
	size_t n;
};

static void
record_block(struct taken *t)
{
	if (t->record != NULL)
		record_text(t->record, (struct apam_str){ t->block, t->n });
	t->n = 0;
}

static void
take(struct taken *t, const char *bytes, size_t n)
{
	size_t some;

	for (; n > 0; bytes += some, n -= some) {
		some = n < BLOCK - t->n ? n : BLOCK - t->n;
		memcpy(t->block + t->n, bytes, some);
		t->n += some;
		if (t->n == BLOCK)
			record_block(t);
	}
}

/* Why it failed; what the module is to blame for fails the check. */
static void
tell(const struct new_body *body)
{
	const struct apam_error *why = new_body_failure(body);

	standing_heard("why a body cannot be sent", apam_str(why->text));
	if (why->status == APAM_E_ABI)
		finding_fail("%s: %s", finding->doing, why->text);
}

bool
stand_read_body(const struct new_body *body, size_t size, struct record *record)
{
	const struct apam_body *view = new_body_view(body);
	char buffer[STAND_BUFFER_MAX];
	struct taken t = { .record = record };
	uint64_t at = 0;
	int64_t n = 1;

	if (size > sizeof(buffer))
		size = sizeof(buffer);
	finding_doing("in body_piece or body_rewind");
	while (n > 0) {
		n = view->read(view->arg, at, buffer, size);
		if (n > 0)
			take(&t, buffer, (size_t)n);
		at += n > 0 ? (uint64_t)n : 0;
	}
	record_block(&t);
	if (n < 0)
		tell(body);
	return n == 0;
}
