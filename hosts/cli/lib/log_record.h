/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line of the audit log, from whichever place it is in (apam.conf(5)), as a
 * JSON object: TIME, in seconds, and the fields as texts.
 */
#ifndef CLI_LOG_RECORD_H
#define CLI_LOG_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Of the audit file: `uid` is whose file it is.  NULL: no line of the log. */
json_t *log_record_file(const char *line, unsigned long uid);

/* Of `journalctl -o json`: the journal's own word on who wrote it counts. */
json_t *log_record_journal(const char *line);

/*
 * Of a file that syslog writes, with its old or its new kind of time; the old
 * one has no year, and is of the last that fits before `now`.
 */
json_t *log_record_syslog(const char *line, int64_t now);

/* Of a file that somebody named: any of the three. */
json_t *log_record_any(const char *line, int64_t now);

/* A field's text, or "". */
const char *log_record_text(const json_t *record, const char *field);
int64_t log_record_time(const json_t *record);

#endif
