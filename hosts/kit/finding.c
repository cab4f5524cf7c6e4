/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts are flattened: they stand in one line of a table.
 */
#include "kit/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/utf8.h"

struct finding *finding;

static void
    APAM_PRINTF(2, 0) say(enum result result, const char *format, va_list args)
{
	if (finding == NULL || finding->muted || finding->result >= result)
		return;
	(void)vsnprintf(finding->reason, sizeof(finding->reason), format, args);
	utf8_flatten(finding->reason);
	finding->result = result;
}

void
finding_doing(const char *format, ...)
{
	va_list args;
	int n;

	if (finding == NULL)
		return;
	finding->steps++;
	va_start(args, format);
	n = vsnprintf(finding->doing, sizeof(finding->doing), format, args);
	va_end(args);
	if (n > 0 && (size_t)n < sizeof(finding->doing))
		(void)snprintf(finding->doing + n,
		    sizeof(finding->doing) - (size_t)n, "%s%s",
		    finding->during[0] == '\0' ? "" : ", ", finding->during);
}

void
finding_during(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(finding->during, sizeof(finding->during), format, args);
	va_end(args);
}

void
finding_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(RESULT_FAILED, format, args);
	va_end(args);
}

void
finding_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(RESULT_WARNED, format, args);
	va_end(args);
}

void
finding_absent(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(RESULT_ABSENT, format, args);
	va_end(args);
}

bool
finding_failed(void)
{
	return finding != NULL && finding->result == RESULT_FAILED;
}

void
finding_mute(void)
{
	finding->muted = true;
}

static _Noreturn void
end(void)
{
	if (finding != NULL)
		finding->may_end = true;
	_exit(0);
}

_Noreturn void
finding_insist(const char *format, ...)
{
	va_list args;

	if (finding != NULL)
		finding->muted = false;
	va_start(args, format);
	say(RESULT_FAILED, format, args);
	va_end(args);
	end();
}

_Noreturn void
finding_die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(RESULT_FAILED, format, args);
	va_end(args);
	end();
}
