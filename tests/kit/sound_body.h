/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module that is sound and numbers the pieces of a body: each becomes
 * "NNNN:", its bytes, and at the end there is "NNNN.".  The files of
 * tests/kit/broken that begin with body- take it and spoil one thing.
 */
#ifndef TESTS_KIT_SOUND_BODY_H
#define TESTS_KIT_SOUND_BODY_H

#include "kit/sound.h"

#define SOUND_PIECE 1000
#define SOUND_MARK 5 /* bytes that stand before a piece */

struct sound_run {
	unsigned number;
};

static inline uint64_t
sound_length(const struct apam_body *body)
{
	const uint64_t n = scheme_body_length(body);

	return n + SOUND_MARK * ((n + SOUND_PIECE - 1) / SOUND_PIECE + 1);
}

/* Sign, and have the body rewritten to that many bytes more. */
static inline int32_t
sound_sign_more(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out,
    uint64_t more)
{
	const struct scheme_entry *s = state;
	struct apam_rewrite how;

	if (request->body->kind != APAM_BODY_NONE) {
		memset(&how, 0, sizeof(how));
		how.size = sizeof(how);
		how.length = sound_length(request->body) + more;
		how.piece = SOUND_PIECE;
		how.run = calloc(1, sizeof(struct sound_run));
		if (how.run == NULL)
			return APAM_E_MEMORY;
		s->svc->sign_body(s->svc, out, &how);
	}
	return sound_sign(state, credential, request, out);
}

static inline int32_t
sound_sign_body(void *state, const struct apam_credential_view *credential,
    const struct apam_request_view *request, struct apam_signing *out)
{
	return sound_sign_more(state, credential, request, out, 0);
}

static inline int32_t
sound_piece(void *state, void *run, const struct apam_piece *piece,
    struct apam_rewriting *out)
{
	const struct scheme_entry *s = state;
	struct sound_run *r = run;
	char mark[16];

	(void)snprintf(mark, sizeof(mark), "%04u%c", r->number++ % 10000,
	    piece->length == 0 ? '.' : ':');
	s->svc->body_put(s->svc, out, apam_str(mark));
	if (piece->length > 0)
		s->svc->body_put_piece(s->svc, out);
	return APAM_OK;
}

static inline int32_t
sound_rewind(void *state, void *run)
{
	struct sound_run *r = run;

	(void)state;
	r->number = 0;
	return APAM_OK;
}

static inline void
sound_end(void *state, void *run)
{
	(void)state;
	free(run);
}

#define SOUND_BODY_MODULE(name_, ...)                                          \
	SOUND_MODULE(name_, .sign = sound_sign_body,                           \
	    .body_piece = sound_piece, .body_rewind = sound_rewind,            \
	    .body_end = sound_end, __VA_ARGS__)

#endif
