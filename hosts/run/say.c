/* SPDX-License-Identifier: BSD-2-Clause */
#include "run/say.h"

#include <stdarg.h>
#include <stdio.h>

void
say(const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	/* One call, as other threads may speak, too. */
	fprintf(stderr, "apam: %s\n", text);
}
