/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request's body as it is rewritten (abi/rewriter.h), for the host to read.
 * By one thread at a time.
 */
#ifndef CORE_ENTRY_NEW_BODY_H
#define CORE_ENTRY_NEW_BODY_H

#include "abi/rewriter.h"

struct new_body;

/*
 * Make it.  *rewriter is its own and NULL then, also where this fails; what that
 * needs must outlive it.  `body` is the request's, which must stay as it is.
 * Errors, *made is then NULL: MEMORY; USAGE as rewriter_check_body.
 */
enum apam_status new_body_make(struct rewriter **rewriter,
    const struct apam_body *body, struct new_body **made,
    struct apam_error *err);

/* Free it and set *body, which may be NULL, to NULL. */
void new_body_free(struct new_body **body);

/* What is to be sent. */
const struct apam_body *new_body_view(const struct new_body *body);

/* Why reading it failed; the status is APAM_OK where it has not. */
const struct apam_error *new_body_failure(const struct new_body *body);

#endif
