/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines for the host's log.  They never contain a secret or a response body.
 */
#ifndef CORE_BASE_LOG_H
#define CORE_BASE_LOG_H

#include <stdarg.h>

#include <apam/module.h>

struct log {
	/* Or NULL. */
	void (*write)(void *arg, enum apam_log_level level, const char *line);
	void *arg;
	enum apam_log_level level;
};

/* Write one line of at most 511 bytes; control characters become '?'. */
void log_line(const struct log *log, enum apam_log_level level,
    const char *format, ...) APAM_PRINTF(3, 4);
void log_vline(const struct log *log, enum apam_log_level level,
    const char *prefix, const char *format, va_list args)
    APAM_PRINTF(4, 0);

#endif
