/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request's body as an entry's module rewrites it: the slots body_piece,
 * body_rewind and body_end.  By one thread at a time.
 */
#ifndef CORE_ENTRY_NEW_BODY_H
#define CORE_ENTRY_NEW_BODY_H

#include "entry/entry.h"

struct new_body;

/*
 * Make it of what `sign` was told.  The run is its own in any case: on failure
 * it was ended.  `body` is the request's, which must stay as it is; the entry
 * must outlive it.  Errors: MEMORY, ABI.
 */
enum apam_status new_body_make(struct entry *e, const struct apam_body *body,
    struct apam_signing *out, struct apam_error *err);

/* End the run, free, and set *body, which may be NULL, to NULL. */
void new_body_free(struct new_body **body);

/* What is to be sent. */
const struct apam_body *new_body_view(const struct new_body *body);

/* Why reading it failed; the status is APAM_OK where it has not. */
const struct apam_error *new_body_failure(const struct new_body *body);

#endif
