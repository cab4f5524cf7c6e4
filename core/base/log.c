/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines for the host's log.  They are bounded, and control characters are
 * replaced, so that no outside text can forge a second line.
 */
#include "base/log.h"

#include <stdio.h>

#include "base/utf8.h"

#define LINE_MAX_BYTES 512

void
log_vline(const struct log *log, enum apam_log_level level, const char *prefix,
    const char *format, va_list args)
{
	char line[LINE_MAX_BYTES];
	int n;

	if (log == NULL || log->write == NULL || level > log->level)
		return;

	n = prefix == NULL ? 0 : snprintf(line, sizeof(line), "%s: ", prefix);
	if (n < 0 || (size_t)n >= sizeof(line))
		return;
	if (vsnprintf(line + n, sizeof(line) - (size_t)n, format, args) < 0)
		return;
	utf8_flatten(line);
	log->write(log->arg, level, line);
}

void
log_line(
    const struct log *log, enum apam_log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_vline(log, level, NULL, format, args);
	va_end(args);
}
