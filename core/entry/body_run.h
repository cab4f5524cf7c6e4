/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An entry's module as what rewrites a request's body: the slots body_piece,
 * body_rewind and body_end.
 */
#ifndef CORE_ENTRY_BODY_RUN_H
#define CORE_ENTRY_BODY_RUN_H

#include "abi/rewriter.h"
#include "entry/entry.h"

/*
 * Make one of what `sign` was told.  The module's run is ended with it, or here
 * on failure, where *made is NULL.  The entry must outlive it.  Errors: MEMORY,
 * ABI.
 */
enum apam_status body_run_new(struct entry *e, struct apam_signing *out,
    struct rewriter **made, struct apam_error *err);

#endif
