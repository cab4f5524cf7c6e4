/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line of the audit log as a JSON object: TIME, in seconds, and the fields
 * as texts.  The three places where a log can be each have a format
 * (apam.conf(5)).
 */
#ifndef HOSTS_CLI_LIB_LOG_RECORD_H
#define HOSTS_CLI_LIB_LOG_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Read a line of an audit file; `uid` is the file's owner.  All these functions
 * return NULL if the line is not one of apam's audit lines.
 */
json_t *log_record_file(const char *line, unsigned long uid);

/*
 * Read a line of `journalctl -o json`.  For who wrote it, the journal's own
 * fields count.
 */
json_t *log_record_journal(const char *line);

/*
 * Read a line of a file that syslog writes, with the old or the new format of
 * time.  The old one has no year: the line is taken to be from the last such
 * date before `now`.
 */
json_t *log_record_syslog(const char *line, int64_t now);

/*
 * Read a line of a file that the user named; it may have any of the three
 * formats.
 */
json_t *log_record_any(const char *line, int64_t now);

/* A field's text, or "" if the record does not have the field. */
const char *log_record_text(const json_t *record, const char *field);
int64_t log_record_time(const json_t *record);

#endif
