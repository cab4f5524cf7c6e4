/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes to standard error: errors, and what to do about them.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <apam/apam.h>

/*
 * From now on, or not: each error is a line of JSON on standard error, an
 * object with "error" and what is known of it, or, of a remark, "message".
 */
void report_in_json(bool json);

/* Print "apam: text". */
void complain(const char *format, ...) APAM_PRINTF(1, 2);

/*
 * Print a line on standard output where that is a terminal: what a person wants
 * to read and a script has no use for.
 */
void tell(const char *format, ...) APAM_PRINTF(1, 2);

/*
 * Print "FILE:LINE: error: text" where the error has a file, else
 * "apam: PROFILE: text".  `profile` may be NULL.  A warning of lint, whose
 * status is APAM_OK, has its own word in the place of "error".
 */
void report_error(const char *profile, const struct apam_error *err);

/* Whose profiles hints are about, until it is NULL again. */
void report_about(struct apam *ctx);

/* Print an error, and what to do about it; `hint` may be NULL. */
void report_with_hint(const struct apam_error *err, const char *hint);

/* Say what to do about an error, where that is not said yet. */
void report_hint(const struct apam_error *err);

/* Both.  Returns the exit status. */
int report(
    const char *profile, enum apam_status status, const struct apam_error *err);

/* The exit status that stands for a status of the library. */
int exit_status(enum apam_status status);

#endif
