/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is the same for all that rewrite bodies.
 */
#include "abi/rewriter.h"

#include "base/error.h"

void
rewriter_free(struct rewriter **rewriter)
{
	struct rewriter *r = *rewriter;

	*rewriter = NULL;
	if (r != NULL)
		r->slots->free(r);
}

uint64_t
rewriter_body_length(const struct apam_body *body)
{
	return body->kind == APAM_BODY_BYTES ? body->bytes.n : body->length;
}

enum apam_status
rewriter_check_body(const struct apam_body *body, struct apam_error *err)
{
	if (body->kind == APAM_BODY_BYTES)
		return APAM_OK;
	if (body->kind != APAM_BODY_READER)
		return error_set(err, APAM_E_USAGE,
		    "the scheme rewrites the body: the program has to give its "
		    "bytes or a reader, and not digests of it");
	if (body->length == 0)
		return error_set(err, APAM_E_USAGE,
		    "the scheme rewrites the body: the program has to say how "
		    "long it is");
	return APAM_OK;
}

uint64_t
rewriter_count(const struct rewriter *rewriter, uint64_t length)
{
	return length / rewriter->piece + (length % rewriter->piece > 0);
}
