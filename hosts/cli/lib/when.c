/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Times are in UTC, as in the library's messages and in providers' logs, so
 * that people can find one in the other.
 */
#include "lib/when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void
when_text(char to[WHEN_SIZE], int64_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm tm;

	if (seconds <= 0 || gmtime_r(&when, &tm) == NULL ||
	    strftime(to, WHEN_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		strcpy(to, "-");
}

void
age_text(char to[AGE_SIZE], int64_t seconds)
{
	static const struct {
		int64_t least, size; /* seconds */
		char unit;
	} units[] = { { 172800, 86400, 'd' }, { 7200, 3600, 'h' },
		{ 120, 60, 'm' }, { 0, 1, 's' } };
	size_t i = 0;

	if (seconds < 0)
		seconds = 0;
	while (seconds < units[i].least)
		i++;
	snprintf(to, AGE_SIZE, "%lld%c", (long long)(seconds / units[i].size),
	    units[i].unit);
}
