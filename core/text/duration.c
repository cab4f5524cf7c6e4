/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Durations in files: digits and one unit, nothing else.  "1h30m" is refused
 * instead of guessed at; so are a sign, a space and a fraction.
 */
#include "text/duration.h"

#include "base/str.h"

static int64_t
unit_seconds(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	default:
		return 0;
	}
}

bool
duration_parse(struct apam_str text, int64_t *seconds)
{
	int64_t unit, number;

	*seconds = 0;
	if (text.n < 2)
		return false;
	unit = unit_seconds(text.p[text.n - 1]);
	if (unit == 0 ||
	    !str_number(
		str_cut(text, text.n - 1), DURATION_MAX / unit, &number))
		return false;
	*seconds = number * unit;
	return true;
}
