/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading points in time.  A date that is not in the calendar is refused.
 */
#define _DEFAULT_SOURCE /* timegm */
#include "lib/since.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY 86400

static bool
same_date(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon &&
	    a->tm_mday == b->tm_mday;
}

/* timegm and mktime accept impossible dates and convert them to others. */
static bool
to_seconds(const struct tm *tm, bool utc, int64_t *to)
{
	struct tm own = *tm;

	if (tm->tm_hour > 23 || tm->tm_min > 59 || tm->tm_sec > 60)
		return false;
	own.tm_isdst = -1;
	*to = (int64_t)(utc ? timegm(&own) : mktime(&own));
	return *to >= 0 && same_date(&own, tm);
}

static bool
read_date(const char *text, int64_t *to)
{
	struct tm tm = { .tm_isdst = -1 };
	int day = 0, minute = 0, second = 0, at;
	bool utc;

	if (sscanf(text, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		&day) != 3)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	at = day;
	if (text[at] == 'T' || text[at] == ' ') {
		if (sscanf(text + at + 1, "%2d:%2d%n", &tm.tm_hour, &tm.tm_min,
			&minute) != 2)
			return false;
		at += 1 + minute;
		if (sscanf(text + at, ":%2d%n", &tm.tm_sec, &second) == 1)
			at += second;
	}
	utc = strcmp(text + at, "Z") == 0;
	return (utc || text[at] == '\0') && to_seconds(&tm, utc, to);
}

static bool
read_ago(const char *text, int64_t now, int64_t *to)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', DAY } };
	long n;
	char unit;
	int end = 0;

	if (sscanf(text, "%9ld%c%n", &n, &unit, &end) != 2 ||
	    text[end] != '\0' || n < 0)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].unit != unit)
			continue;
		*to = now - n * units[i].seconds;
		return true;
	}
	return false;
}

/* Local midnight, `before` days ago. */
static bool
read_day(int64_t now, int before, int64_t *to)
{
	const time_t at = (time_t)now;
	struct tm tm;

	if (localtime_r(&at, &tm) == NULL)
		return false;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_mday -= before;
	tm.tm_isdst = -1;
	*to = (int64_t)mktime(&tm);
	return true;
}

bool
since_read(const char *text, int64_t now, int64_t *to)
{
	long long n;
	int end = 0;

	if (strcmp(text, "today") == 0)
		return read_day(now, 0, to);
	if (strcmp(text, "yesterday") == 0)
		return read_day(now, 1, to);
	if (sscanf(text, "@%18lld%n", &n, &end) == 1 && text[end] == '\0') {
		*to = n;
		return n >= 0;
	}
	return read_ago(text, now, to) || read_date(text, to);
}
