/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Filling in `struct apam_error`, the caller-owned detail of a failure.
 *
 * The first error wins: a struct that already holds one is left alone.  Every
 * call takes NULL for callers that want no detail.  Texts never hold a secret
 * or bytes of outside input.
 */
#ifndef CORE_ERROR_H
#define CORE_ERROR_H

#include <stdbool.h>

#include <apam/apam.h>

/* True for the members of enum apam_status: what a module may return. */
bool status_is_known(enum apam_status status);

/* Make *err say "no error". */
static inline void
error_clear(struct apam_error *err)
{
	if (err == NULL)
		return;
	/* Not the whole of it: this is on the hit path. */
	err->status = APAM_OK;
	err->line = 0;
	err->entry = -1;
	err->profile[0] = '\0';
	err->file[0] = '\0';
	err->text[0] = '\0';
}

/* Set status and text.  Returns `status`, so that callers return the call. */
enum apam_status error_set(struct apam_error *err, enum apam_status status,
    const char *format, ...) APAM_PRINTF(3, 4);

/* The same with file and line (0: none). */
enum apam_status error_set_at(struct apam_error *err, enum apam_status status,
    const char *file, unsigned line, const char *format, ...) APAM_PRINTF(5, 6);

/* Note profile (may be NULL) and entry (-1: none) where not yet named. */
void error_locate(struct apam_error *err, const char *profile, int entry);

#endif
