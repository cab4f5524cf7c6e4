/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Redirect targets (RFC 3986, 4.2).
 */
#include "location.h"

/* Index of the first c at or after `from`; s.n if there is none. */
static size_t
find_char(struct apam_str s, size_t from, char c)
{
	while (from < s.n && s.p[from] != c)
		from++;
	return from;
}

/* RFC 3986, 3.1: schemes are compared without case. */
static bool
starts_nocase(struct apam_str s, struct apam_str prefix)
{
	return s.n >= prefix.n &&
	    scheme_same_nocase((struct apam_str){ s.p, prefix.n }, prefix);
}

/* The location without scheme and authority, RFC 3986, 4.2. */
static struct apam_str
path_of(struct apam_str location)
{
	size_t i = 0;

	if (scheme_starts(location, APAM_STR("//")))
		i = 2;
	else if (starts_nocase(location, APAM_STR("https://")))
		i = 8;
	else if (starts_nocase(location, APAM_STR("http://")))
		i = 7;
	else
		return location;
	i = find_char(location, i, '/');
	return (struct apam_str){ location.p + i, location.n - i };
}

bool
location_below(struct apam_str location, struct apam_str target)
{
	if (scheme_starts(target, APAM_STR("/")))
		location = path_of(location);
	if (target.n > 0 && target.p[target.n - 1] == '/')
		target.n--;
	if (!scheme_starts(location, target))
		return false;
	/* "/app/login" is not "/app/logins". */
	return location.n == target.n ||
	    memchr("/?#", location.p[target.n], 3) != NULL;
}

bool
location_below_any(
    struct apam_str location, const struct apam_str *targets, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (location_below(location, targets[i]))
			return true;
	return false;
}

bool
location_is_target(struct apam_str target)
{
	return scheme_starts(target, APAM_STR("/")) ||
	    scheme_starts(target, APAM_STR("https://")) ||
	    scheme_starts(target, APAM_STR("http://"));
}
