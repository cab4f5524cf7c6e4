/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The body of a signed request, as the module rewrites it.
 */
#include <stdlib.h>

#include "base/error.h"
#include "base/str.h"
#include "drive/playing.h"
#include "entry/body_run.h"

#define BLOCK 4096

void
play_body_take(struct playing *p, int32_t *status)
{
	struct apam_error unwanted = APAM_ERROR_INIT;
	struct apam_error *err = *status == APAM_OK ? &p->refusal : &unwanted;
	struct rewriter *run;
	enum apam_status made;

	if (!p->signing.rewrites)
		return;
	playing_stand_in(p);
	made = body_run_new(&p->entry, &p->signing, &run, err);
	if (made == APAM_OK && *status == APAM_OK)
		made = new_body_make(
		    &run, p->request.view.body, &p->new_body, err);
	rewriter_free(&run);
	if (*status == APAM_OK)
		*status = (int32_t)made;
}

/* All of it, from the beginning; false where that fails. */
static bool
read_all(const struct new_body *body, struct buf *to)
{
	const struct apam_body *view = new_body_view(body);
	char block[BLOCK];
	uint64_t at = 0;
	int64_t n = 1;

	while (n > 0) {
		n = view->read(view->arg, at, block, sizeof(block));
		if (n > 0)
			buf_put(to, (struct apam_str){ block, (size_t)n });
		at += n > 0 ? (uint64_t)n : 0;
	}
	return n == 0 && !to->failed;
}

/* Twice, since a program may send it again. */
void
play_sends(struct playing *p, const struct script_section *s)
{
	const struct new_body *body = p->is_signed ? p->new_body : NULL;
	bool ok = body != NULL;
	struct buf found;

	if (!ok)
		playing_failed(p, s, "a body of the module's",
		    "it is sent as it is, or nothing was signed");
	for (int i = 0; ok && i < 2; i++) {
		buf_init(&found, SCRIPT_MAX);
		ok = read_all(body, &found);
		if (!ok)
			playing_failed(p, s, "a body of the module's",
			    new_body_failure(body)->text);
		ok = ok &&
		    told_compare(p->told, s->line, "the body", s->content,
			buf_view(&found));
		buf_free(&found);
	}
	if (ok)
		told_passed(p->told);
}
