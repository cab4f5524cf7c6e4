/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules for requests that write.  Paths are compared segment by segment, each
 * percent-decoded once (RFC 3986, 2.1 and 3.3).  A path is unclear if a server
 * may read it differently (dot segments, encoded slashes, double encoding, path
 * parameters, ...); an unclear path matches every pattern.  A path that is not
 * ASCII is unclear, too: some servers read UTF-8 loosely, or convert it to a
 * compatibility form (Unicode UAX #15) that turns full-width letters into plain
 * ones.
 */
#include "writes.h"

/* ---- Segments --------------------------------------------------------- */

/* Take the first segment off a path that begins with '/', or is empty. */
static struct apam_str
next_segment(struct apam_str *path)
{
	struct apam_str segment;
	size_t n = 1;

	while (n < path->n && path->p[n] != '/')
		n++;
	segment = (struct apam_str){ path->p + 1, n - 1 };
	path->p += n;
	path->n -= n;
	return segment;
}

/* Remove slashes at the end, so that "/" becomes empty. */
static struct apam_str
without_end(struct apam_str path)
{
	while (path.n > 0 && path.p[path.n - 1] == '/')
		path.n--;
	return path;
}

/* The decoded byte at *i; -1 if the escape is malformed. */
static int
decode_at(struct apam_str s, size_t *i)
{
	int high, low;

	if (s.p[*i] != '%')
		return (unsigned char)s.p[(*i)++];
	if (s.n - *i < 3)
		return -1;
	high = scheme_hex_digit(s.p[*i + 1]);
	low = scheme_hex_digit(s.p[*i + 2]);
	*i += 3;
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* ---- What is unclear -------------------------------------------------- */

/* A byte that decoding must not produce, or that no path may contain. */
static bool
is_odd(int c, bool escaped)
{
	if (c < 0x20 || c >= 0x7f || c == '\\' || c == ';')
		return true;
	return escaped && (c == '/' || c == '%' || c == '?' || c == '#');
}

static bool
segment_unclear(struct apam_str segment)
{
	size_t i = 0, dots = 0, length = 0;
	bool escaped;
	int c;

	while (i < segment.n) {
		escaped = segment.p[i] == '%';
		c = decode_at(segment, &i);
		if (c < 0 || is_odd(c, escaped))
			return true;
		length++;
		dots += c == '.';
	}
	/* RFC 3986, 5.2.4: "."  and ".."; servers differ on empty segments. */
	return length == 0 || (dots == length && length <= 2);
}

static bool
path_unclear(struct apam_str path)
{
	if (path.n == 0 || path.p[0] != '/')
		return true;
	if (path.n > 1 && path.p[path.n - 1] == '/' &&
	    path.p[path.n - 2] == '/')
		return true;
	path = without_end(path);
	while (path.n > 0)
		if (segment_unclear(next_segment(&path)))
			return true;
	return false;
}

/* ---- Matching --------------------------------------------------------- */

static bool
segment_matches(struct apam_str pattern, struct apam_str segment, bool nocase)
{
	size_t i = 0, k = 0;
	char c;

	if (scheme_same(pattern, APAM_STR("*")))
		return true;
	while (i < segment.n && k < pattern.n) {
		c = (char)decode_at(segment, &i);
		if (c != pattern.p[k] &&
		    !(nocase && scheme_lower(c) == scheme_lower(pattern.p[k])))
			return false;
		k++;
	}
	return i == segment.n && k == pattern.n;
}

/* `path` must not be unclear. */
static bool
path_matches(struct apam_str pattern, struct apam_str path, bool nocase)
{
	struct apam_str want;

	pattern = without_end(pattern);
	path = without_end(path);
	while (pattern.n > 0) {
		want = next_segment(&pattern);
		if (scheme_same(want, APAM_STR("**")))
			return true;
		if (path.n == 0 ||
		    !segment_matches(want, next_segment(&path), nocase))
			return false;
	}
	return path.n == 0;
}

static bool
method_listed(const struct write_rule *rule, struct apam_str method)
{
	size_t i;

	if (rule->method_count == 0)
		return !scheme_same(method, APAM_STR("GET")) &&
		    !scheme_same(method, APAM_STR("HEAD")) &&
		    !scheme_same(method, APAM_STR("OPTIONS"));
	for (i = 0; i < rule->method_count; i++)
		if (scheme_same(rule->methods[i], APAM_STR("*")) ||
		    scheme_same_nocase(rule->methods[i], method))
			return true;
	return false;
}

static bool
path_listed(const struct write_rule *rule, struct apam_str path)
{
	struct apam_str pattern;
	bool listed = false, any_positive = false;
	size_t i;

	for (i = 0; i < rule->path_count; i++) {
		pattern = rule->paths[i];
		if (!scheme_starts(pattern, APAM_STR("!"))) {
			any_positive = true;
			listed = listed || path_matches(pattern, path, true);
			continue;
		}
		pattern = (struct apam_str){ pattern.p + 1, pattern.n - 1 };
		if (path_matches(pattern, path, false))
			return false;
	}
	return listed || !any_positive;
}

bool
write_rule_matches(
    const struct write_rule *rule, struct apam_str method, struct apam_str path)
{
	if (!method_listed(rule, method))
		return false;
	return path_unclear(path) || path_listed(rule, path);
}

/* ---- Patterns --------------------------------------------------------- */

const char *
write_path_bad(struct apam_str pattern)
{
	struct apam_str segment;

	if (scheme_starts(pattern, APAM_STR("!")))
		pattern = (struct apam_str){ pattern.p + 1, pattern.n - 1 };
	if (!scheme_starts(pattern, APAM_STR("/")))
		return "does not begin with '/'";
	if (scheme_has_char(pattern, '?') || scheme_has_char(pattern, '#') ||
	    scheme_has_char(pattern, '%'))
		return "has '?', '#' or '%'; write a plain path";
	if (path_unclear(pattern))
		return "has an empty or dot segment, ';', a backslash, or a "
		       "character that is not ASCII";

	pattern = without_end(pattern);
	while (pattern.n > 0) {
		segment = next_segment(&pattern);
		if (scheme_same(segment, APAM_STR("**")) && pattern.n > 0)
			return "has '**' before its last segment";
		if (scheme_has_char(segment, '*') &&
		    !scheme_same(segment, APAM_STR("*")) &&
		    !scheme_same(segment, APAM_STR("**")))
			return "has '*' as a part of a segment";
	}
	return NULL;
}

const char *
write_method_bad(struct apam_str method)
{
	size_t i;

	if (scheme_same(method, APAM_STR("*")))
		return NULL;
	for (i = 0; i < method.n; i++)
		if ((scheme_lower(method.p[i]) < 'a' ||
			scheme_lower(method.p[i]) > 'z') &&
		    method.p[i] != '-')
			return "is not a method";
	return method.n == 0 ? "is not a method" : NULL;
}
