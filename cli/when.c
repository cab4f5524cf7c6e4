/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Local time with its distance from UTC, so that it can be compared with the
 * log of a provider in another zone.
 */
#include "when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void
when_text(char to[WHEN_SIZE], int64_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm tm;
	size_t n = 0;

	if (seconds > 0 && localtime_r(&when, &tm) != NULL)
		n = strftime(to, WHEN_SIZE - 1, "%Y-%m-%dT%H:%M:%S%z", &tm);
	if (n < 3) {
		strcpy(to, "-");
		return;
	}
	memmove(to + n - 1, to + n - 2, 3); /* +0200 to +02:00 */
	to[n - 2] = ':';
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
