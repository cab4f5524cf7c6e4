/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Filling in struct apam_error for this library's own failures.  Texts never
 * hold a secret, nor bytes that a server sent.  The struct may be shorter than
 * this library's, so that it is never assigned as a whole.
 */
#ifndef HOSTS_CURL_FAILURE_H
#define HOSTS_CURL_FAILURE_H

#include <apam/apam.h>

/* True where it has the size that it had in its first version, at least. */
bool failure_has_size(const struct apam_error *err);

/* Make *err say that nothing failed. */
void failure_clear(struct apam_error *err);

/* Copy all but the size. */
void failure_copy(struct apam_error *to, const struct apam_error *from);

/* Set status and text.  Returns `status`, so that callers return the call. */
enum apam_status failure_set(struct apam_error *err, enum apam_status status,
    const char *format, ...) APAM_PRINTF(3, 4);

/* Note the profile where *err names none yet. */
void failure_locate(struct apam_error *err, const char *profile);

#endif
