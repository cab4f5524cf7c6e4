/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * url_path.c knows what servers make of a path.  Here it must also be written
 * in the one way that is left: escapes in upper case and only where they are
 * needed, no empty segment, no parameter, no end that a file system cuts off.
 */
#include "text/path_rule.h"

#include "base/str.h"
#include "text/url_path.h"

/* RFC 3986, 2.3. */
static bool
is_unreserved(char c)
{
	return str_is_alnum(c) || str_is_one_of(c, "-._~");
}

/* An escape at the start of `rest`. */
static const char *
escape_problem(struct apam_str rest)
{
	int byte;

	if (rest.n < 3 || str_hex(rest.p[1]) < 0 || str_hex(rest.p[2]) < 0)
		return "the path has a percent sign that begins no escape";
	if ((rest.p[1] >= 'a' && rest.p[1] <= 'f') ||
	    (rest.p[2] >= 'a' && rest.p[2] <= 'f'))
		return "the path has an escape in lower case: write it in upper "
		       "case, as in %2F";
	byte = str_hex(rest.p[1]) * 16 + str_hex(rest.p[2]);
	if (byte < ' ' || byte == 0x7f)
		return "the path has an encoded control character";
	if (is_unreserved((char)byte))
		return "the path has an escape for a character that needs none";
	return byte == ';' ? "the path has a ';', encoded or not" : NULL;
}

/* RFC 3986, 3.3, without ';', which begins a parameter for some servers. */
static const char *
bytes_problem(struct apam_str path)
{
	const char *why = NULL;

	while (path.n > 0 && why == NULL) {
		const char c = path.p[0];

		if (c == '%')
			why = escape_problem(path);
		else if (c == ';')
			why = "the path has a ';', encoded or not";
		else if (!is_unreserved(c) &&
		    !str_is_one_of(c, "!$&'()*+,=:@/"))
			why = "the path has a character that must be encoded";
		path = str_skip(path, why == NULL && c == '%' ? 3 : 1);
	}
	return why;
}

/* Windows drops these where it looks a name up; "..." was a path to some. */
static bool
ends_in_dropped(struct apam_str segment)
{
	return segment.p[segment.n - 1] == '.' ||
	    (segment.n >= 3 &&
		memcmp(segment.p + segment.n - 3, "%20", 3) == 0);
}

static const char *
segments_problem(struct apam_str path)
{
	struct apam_str segment;

	while (path.n > 1) {
		path = str_skip(path, 1);
		segment = str_cut(path, str_find(path, '/'));
		if (segment.n == 0)
			return "the path has an empty segment";
		if (ends_in_dropped(segment))
			return "the path has a segment that ends in a dot or a "
			       "space";
		path = str_skip(path, segment.n);
	}
	return NULL;
}

const char *
path_unsure(struct apam_str path)
{
	const char *why = NULL;

	if (path.n == 0 || path.p[0] != '/')
		return "the path does not begin with a slash";
	if (path.n > URL_MAX)
		return "the path is longer than 8192 bytes";
	why = url_path_unclear(path);
	if (why == NULL)
		why = bytes_problem(path);
	return why == NULL ? segments_problem(path) : why;
}

/* The length of a rule without its star; 0: it has none. */
static size_t
below(struct apam_str rule)
{
	const size_t n = rule.n;

	return n >= 2 && rule.p[n - 1] == '*' && rule.p[n - 2] == '/' ? n - 1 :
									0;
}

const char *
path_rule_problem(struct apam_str rule)
{
	const size_t n = below(rule);
	const struct apam_str path = n > 0 ? str_cut(rule, n) : rule;

	if (str_find(rule, '?') != rule.n || str_find(rule, '#') != rule.n)
		return "rules are about the path alone: leave out query and "
		       "fragment";
	if (str_find(path, '*') != path.n)
		return "a star may only be all that follows the last slash, as "
		       "in /api/*";
	return path_unsure(path);
}

bool
path_rule_fits(struct apam_str rule, struct apam_str path)
{
	const size_t n = below(rule);

	return n > 0 ? str_starts(path, str_cut(rule, n)) :
		       str_equal(path, rule);
}

bool
path_rule_covers(struct apam_str wide, struct apam_str narrow)
{
	const size_t n = below(narrow);

	if (n > 0 && below(wide) == 0)
		return false;
	return path_rule_fits(wide, n > 0 ? str_cut(narrow, n) : narrow);
}
