/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Searches query strings, read as servers read forms (RFC 6749, appendix B),
 * and redirect targets (RFC 3986, 4.2).
 */
#include "query.h"

/* The decoded byte at *i; a malformed escape is taken literally. */
static char
decode_at(struct apam_str s, size_t *i)
{
	char c = s.p[(*i)++];

	if (c == '+')
		return ' ';
	if (c != '%' || s.n - *i < 2 || hex_digit(s.p[*i]) < 0 ||
	    hex_digit(s.p[*i + 1]) < 0)
		return c;
	c = (char)(hex_digit(s.p[*i]) * 16 + hex_digit(s.p[*i + 1]));
	*i += 2;
	return c;
}

static bool
decodes_to(struct apam_str encoded, struct apam_str plain)
{
	size_t i = 0, k = 0;

	while (i < encoded.n && k < plain.n)
		if (decode_at(encoded, &i) != plain.p[k++])
			return false;
	return i == encoded.n && k == plain.n;
}

/* Index of the first c at or after `from`; s.n if there is none. */
static size_t
find_char(struct apam_str s, size_t from, char c)
{
	while (from < s.n && s.p[from] != c)
		from++;
	return from;
}

bool
query_has(struct apam_str query, struct apam_str name)
{
	size_t from, to;
	struct apam_str pair;

	for (from = 0; from < query.n; from = to + 1) {
		to = find_char(query, from, '&');
		pair = (struct apam_str){ query.p + from, to - from };
		pair.n = find_char(pair, 0, '=');
		if (decodes_to(pair, name))
			return true;
	}
	return false;
}

/* RFC 3986, 3.1: schemes are compared without case. */
static bool
starts_nocase(struct apam_str s, struct apam_str prefix)
{
	return s.n >= prefix.n &&
	    same_nocase((struct apam_str){ s.p, prefix.n }, prefix);
}

/* The location without scheme and authority, RFC 3986, 4.2. */
static struct apam_str
path_of(struct apam_str location)
{
	size_t i = 0;

	if (starts(location, APAM_STR("//")))
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
	if (starts(target, APAM_STR("/")))
		location = path_of(location);
	if (target.n > 0 && target.p[target.n - 1] == '/')
		target.n--;
	if (!starts(location, target))
		return false;
	/* "/app/login" is not "/app/logins". */
	return location.n == target.n ||
	    memchr("/?#", location.p[target.n], 3) != NULL;
}
