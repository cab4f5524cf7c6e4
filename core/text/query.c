/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Searching query strings.
 */
#include "text/query.h"

#include "base/str.h"

/* The decoded byte at *i. */
static char
decode_at(struct apam_str s, size_t *i)
{
	char c = s.p[(*i)++];

	if (c == '+')
		return ' ';
	if (c != '%' || s.n - *i < 2 || str_hex(s.p[*i]) < 0 ||
	    str_hex(s.p[*i + 1]) < 0)
		return c;
	c = (char)(str_hex(s.p[*i]) * 16 + str_hex(s.p[*i + 1]));
	*i += 2;
	return c;
}

static bool
same_decoded(struct apam_str a, struct apam_str b)
{
	size_t i = 0, k = 0;

	while (i < a.n && k < b.n)
		if (decode_at(a, &i) != decode_at(b, &k))
			return false;
	return i == a.n && k == b.n;
}

bool
query_has(struct apam_str query, struct apam_str name)
{
	struct apam_str pair;
	size_t n;

	while (query.n > 0) {
		n = str_find(query, '&');
		pair = str_cut(query, n);
		if (same_decoded(str_cut(pair, str_find(pair, '=')), name))
			return true;
		query = str_skip(query, n < query.n ? n + 1 : n);
	}
	return false;
}
