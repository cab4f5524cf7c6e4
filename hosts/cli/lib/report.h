/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes to standard error: errors, and what to do about them.
 */
#ifndef HOSTS_CLI_LIB_REPORT_H
#define HOSTS_CLI_LIB_REPORT_H

#include <apam/admin.h>

/*
 * Choose whether each error is written as a line of JSON from now on: an object
 * with "error" and what is known about it.  A remark has "message" instead.
 */
void report_in_json(bool json);

/* Print "apam: text". */
void complain(const char *format, ...) APAM_PRINTF(1, 2);

/*
 * Print a line that people want to read and scripts have no use for: on
 * standard output, if it is a terminal.
 */
void tell(const char *format, ...) APAM_PRINTF(1, 2);

/*
 * Print "FILE:LINE: error: text" if the error has a file, else "apam: PROFILE:
 * text".  `profile` may be NULL.  For a warning of lint, whose status is
 * APAM_OK, "warning" replaces "error".
 */
void report_error(const char *profile, const struct apam_error *err);

/* Set the context whose profiles the hints are about; NULL: none. */
void report_about(struct apam *ctx);

/* Print an error and what to do about it; `hint` may be NULL. */
void report_with_hint(const struct apam_error *err, const char *hint);

/*
 * What to do about an error, if its own text does not say so; NULL: nothing.  It
 * is valid until the next call.
 */
const char *report_hint_for(const struct apam_error *err);

/* Say what to do about an error, if its own text does not say so. */
void report_hint(const struct apam_error *err);

/* Print the error and the hint.  Returns the exit status. */
int report(
    const char *profile, enum apam_status status, const struct apam_error *err);

/* What a key is, in a word or two: a state's name, or that somebody has to log in. */
const char *report_key_state(const struct apam_key_report *report);

/* The exit status for what a key is: STATUS_DONE where it is good. */
int report_key_status(const struct apam_key_report *report);

/*
 * Say that the profile's client certificate cannot go along.  Returns the exit
 * status.
 */
int report_certificate(void);

/* Say that the body would not be rewritten.  Returns the exit status. */
int report_body(void);

/*
 * Say that nobody would verify the provider's answer.  Returns the exit status.
 */
int report_answers(void);

/* The exit status for a status of the library. */
int exit_status(enum apam_status status);

#endif
