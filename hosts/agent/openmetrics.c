/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/openmetrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define LINE_SIZE 1024

void
openmetrics_put(struct buf *to, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(line))
		buf_fail(to);
	else
		buf_put(to, (struct apam_str){ line, (size_t)n });
}

void
openmetrics_family(struct buf *to, const char *name, const char *type,
    const char *unit, const char *help)
{
	openmetrics_put(to, "# TYPE %s %s\n", name, type);
	if (unit != NULL)
		openmetrics_put(to, "# UNIT %s %s\n", name, unit);
	openmetrics_put(to, "# HELP %s %s\n", name, help);
}

void
openmetrics_one(
    struct buf *to, const char *name, const char *help, uint64_t value)
{
	openmetrics_family(to, name, "gauge", NULL, help);
	openmetrics_put(to, "%s %" PRIu64 "\n", name, value);
}
