/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Filling in `struct apam_error`, the detail of a failure, which the caller
 * owns.
 *
 * The first error wins: a struct that already has one is not changed.  Every
 * call accepts NULL from callers that want no detail.  Texts never contain a
 * secret or bytes of outside input.
 *
 * The struct may be that of a program which is older than this library.  So it
 * is never assigned as a whole.  A member that is added to it is written in
 * error.c and error_clear alone, and only where its size says that it is there.
 */
#ifndef CORE_BASE_ERROR_H
#define CORE_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include <apam/apam.h>

/* True for the members of enum apam_status, which a module may return. */
bool status_is_known(enum apam_status status);

/* False where it is an older program's. */
static inline bool
error_has_retry_at(const struct apam_error *err)
{
	return err->size >=
	    offsetof(struct apam_error, retry_at) + sizeof(err->retry_at);
}

/* Make *err say "no error". */
static inline void
error_clear(struct apam_error *err)
{
	if (err == NULL)
		return;
	/* Only what is needed: every signature comes through here. */
	err->status = APAM_OK;
	err->line = 0;
	err->entry = -1;
	err->profile[0] = '\0';
	err->file[0] = '\0';
	err->text[0] = '\0';
	if (error_has_retry_at(err))
		err->retry_at = 0;
}

/* As APAM_ERROR_INIT, which sets each byte of its texts: that takes longer. */
static inline void
error_init(struct apam_error *err)
{
	err->size = sizeof(*err);
	error_clear(err);
}

/* Copy all but the size.  `to` may be NULL. */
void error_copy(struct apam_error *to, const struct apam_error *from);

/* Set status and text.  Returns `status`, so that callers return the call. */
enum apam_status error_set(struct apam_error *err, enum apam_status status,
    const char *format, ...) APAM_PRINTF(3, 4);

/* Set file and line (0: none), too. */
enum apam_status error_set_at(struct apam_error *err, enum apam_status status,
    const char *file, unsigned line, const char *format, ...) APAM_PRINTF(5, 6);

/* Add profile (may be NULL) and entry (-1: none), unless they are set. */
void error_locate(struct apam_error *err, const char *profile, int entry);

/*
 * Add that the provider is left alone for `wait` more milliseconds from now on;
 * nothing where that is not more than 0, or there is no error.
 */
void error_retry(struct apam_error *err, int64_t wait);

#endif
