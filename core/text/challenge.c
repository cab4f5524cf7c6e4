/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Challenges, read by the grammar of RFC 9110, 11.6.1.  If a header breaks the
 * grammar, nothing of it is used: half a challenge is not evidence.
 */
#include "text/challenge.h"

#include "base/str.h"
#include "text/header.h"

/* What was found of one challenge; the values are raw, without their quotes. */
struct found {
	struct apam_str scheme, value;
	bool has_value, quoted;
};

/* Reading one WWW-Authenticate header. */
struct cursor {
	struct apam_str rest;
	size_t wanted; /* which challenge of the header is searched */
	struct apam_str parameter; /* of it; empty: its token68 */
	size_t seen; /* challenges so far */
	bool has_scheme; /* a challenge is open that may have parameters */
	bool matches; /* the open challenge is the one searched */
	struct found found;
};

static bool
at_byte(const struct cursor *c, char byte)
{
	return c->rest.n > 0 && c->rest.p[0] == byte;
}

static struct apam_str
take_bytes(struct cursor *c, size_t n)
{
	struct apam_str taken = str_cut(c->rest, n);

	c->rest = str_skip(c->rest, n);
	return taken;
}

/* Skip OWS or BWS, RFC 9110, 5.6.3.  True if there was any. */
static bool
skip_blanks(struct cursor *c)
{
	size_t n = 0;

	while (n < c->rest.n && str_is_one_of(c->rest.p[n], " \t"))
		n++;
	take_bytes(c, n);
	return n > 0;
}

static struct apam_str
take_token(struct cursor *c)
{
	size_t n = 0;

	while (n < c->rest.n && header_is_token_char(c->rest.p[n]))
		n++;
	return take_bytes(c, n);
}

/* True at the end of a list element: a comma or the end of the header. */
static bool
at_element_end(struct cursor *c)
{
	skip_blanks(c);
	return c->rest.n == 0 || at_byte(c, ',');
}

static void
keep_value(
    struct cursor *c, struct apam_str name, struct apam_str value, bool quoted)
{
	if (!c->matches || c->found.has_value ||
	    !str_equal_nocase(name, c->parameter))
		return;
	c->found.has_value = true;
	c->found.value = value;
	c->found.quoted = quoted;
}

/*
 * Take a token68 (RFC 9110, 11.2) up to the end of its element; false if it is
 * not one.
 */
static bool
take_token68(struct cursor *c)
{
	struct apam_str start = c->rest;
	size_t n = 0;

	while (n < start.n &&
	    (str_is_alnum(start.p[n]) || str_is_one_of(start.p[n], "-._~+/")))
		n++;
	if (n == 0)
		return false;
	while (n < start.n && start.p[n] == '=')
		n++;
	take_bytes(c, n);
	if (at_element_end(c)) {
		keep_value(c, APAM_STR(""), str_cut(start, n), false);
		return true;
	}
	c->rest = start;
	return false;
}

/* Take a quoted-string (RFC 9110, 5.6.4); the cursor is at its first quote. */
static bool
take_quoted(struct cursor *c, struct apam_str *inside)
{
	struct apam_str s = str_skip(c->rest, 1);
	size_t n = 0;

	while (n < s.n && s.p[n] != '"') {
		if (s.p[n] == '\\')
			n++;
		if (n == s.n)
			return false;
		if (s.p[n] != '\t' &&
		    str_has_control(str_cut(str_skip(s, n), 1)))
			return false;
		n++;
	}
	if (n == s.n)
		return false;
	*inside = str_cut(s, n);
	c->rest = str_skip(s, n + 1);
	return true;
}

/* Read "=" and a value, after the parameter's name.  RFC 9110, 11.2. */
static bool
read_parameter(struct cursor *c, struct apam_str name)
{
	struct apam_str value;
	bool quoted;

	take_bytes(c, 1);
	skip_blanks(c);
	quoted = at_byte(c, '"');
	if (quoted && !take_quoted(c, &value))
		return false;
	if (!quoted) {
		value = take_token(c);
		if (value.n == 0)
			return false;
	}
	keep_value(c, name, value, quoted);
	return at_element_end(c);
}

static void
open_challenge(struct cursor *c, struct apam_str scheme)
{
	c->matches = c->seen++ == c->wanted;
	if (c->matches)
		c->found.scheme = scheme;
	c->has_scheme = true;
}

/*
 * Read one element of the list: a parameter of the open challenge, or a
 * challenge with its token68 or first parameter, if any.
 */
static bool
read_element(struct cursor *c)
{
	struct apam_str name = take_token(c);
	bool blanks = skip_blanks(c);

	if (name.n == 0)
		return false;
	if (at_byte(c, '='))
		return c->has_scheme && read_parameter(c, name);
	open_challenge(c, name);
	if (at_element_end(c))
		return true;
	if (!blanks)
		return false;
	if (take_token68(c)) {
		c->has_scheme = false;
		return true;
	}
	name = take_token(c);
	skip_blanks(c);
	return name.n > 0 && at_byte(c, '=') && read_parameter(c, name);
}

/* Read a list of challenges, RFC 9110, 5.6.1.2: elements may be empty. */
static bool
read_challenges(struct cursor *c)
{
	for (;;) {
		while (at_element_end(c) && c->rest.n > 0)
			take_bytes(c, 1);
		if (c->rest.n == 0)
			return true;
		if (!read_element(c))
			return false;
	}
}

/* Copy a value; a quoted one loses its backslashes. */
static void
copy_value(struct apam_str value, bool quoted, char *to, size_t size)
{
	size_t n = 0;

	if (size == 0)
		return;
	for (size_t i = 0; i < value.n && n < size - 1; i++) {
		/* A quoted string never ends with a single backslash. */
		if (quoted && value.p[i] == '\\')
			i++;
		to[n++] = value.p[i];
	}
	to[n] = '\0';
}

/* Find challenge number `index` of all headers; false if there are fewer. */
static bool
find(const struct apam_header *headers, size_t count, size_t index,
    struct apam_str parameter, struct found *found)
{
	for (size_t i = 0; i < count; i++) {
		struct cursor c = { .rest = headers[i].value,
			.wanted = index,
			.parameter = parameter };

		if (!str_equal_nocase(
			headers[i].name, APAM_STR("WWW-Authenticate")) ||
		    !read_challenges(&c))
			continue;
		*found = c.found;
		if (index < c.seen)
			return true;
		index -= c.seen;
	}
	return false;
}

bool
challenge_scheme(const struct apam_header *headers, size_t count, size_t index,
    char *to, size_t size)
{
	struct found found = { .quoted = false };
	bool there = find(headers, count, index, APAM_STR(""), &found);

	copy_value(there ? found.scheme : APAM_STR(""), false, to, size);
	return there;
}

bool
challenge_parameter(const struct apam_header *headers, size_t count,
    size_t index, const char *name, char *to, size_t size)
{
	struct found found = { .quoted = false };
	bool there = find(headers, count, index, apam_str(name), &found) &&
	    found.has_value;

	copy_value(there ? found.value : APAM_STR(""), found.quoted, to, size);
	return there;
}
