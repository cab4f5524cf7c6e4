/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Header fields.  The reader of challenges follows the grammar of RFC 9110,
 * 11.6.1 and takes nothing from a header that breaks it: half a challenge is
 * no evidence.
 */

#include "text/header.h"

#include "base/str.h"
#include "http/curl_api.h"

#define DAY 86400

/* What one header has of what is wanted. */
struct found {
	bool scheme, parameter;
	struct apam_str value; /* as it stands, without its quotes */
	bool quoted;
};

/* Reading one WWW-Authenticate header. */
struct cursor {
	struct apam_str rest;
	struct apam_str scheme, parameter; /* wanted */
	bool has_scheme; /* a challenge that may have parameters is open */
	bool matches; /* and it is the one that is wanted */
	struct found found;
};

static bool
is_alnum(char c)
{
	char l = str_lower(c);

	return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* tchar, RFC 9110, 5.6.2. */
static bool
is_tchar(char c)
{
	return is_alnum(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
}

bool
header_name_ok(struct apam_str name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (!is_tchar(name.p[i]))
			return false;
	}
	return name.n > 0;
}

bool
header_value_ok(struct apam_str value)
{
	return !str_has_control(value) && str_trim(value).n == value.n;
}

bool
header_is_framing(struct apam_str name)
{
	static const char *const framing[] = { "Connection", "Content-Length",
		"Expect", "Host", "HTTP2-Settings", "Keep-Alive",
		"Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
		"Transfer-Encoding", "Upgrade" };

	for (size_t i = 0; i < sizeof(framing) / sizeof(framing[0]); i++)
		if (str_equal_nocase(name, apam_str(framing[i])))
			return true;
	return false;
}

struct apam_str
header_find(
    const struct apam_header *headers, size_t count, struct apam_str name)
{
	for (size_t i = 0; i < count; i++) {
		if (str_equal_nocase(headers[i].name, name))
			return headers[i].value;
	}
	return (struct apam_str){ NULL, 0 };
}

/* ---- Challenges ------------------------------------------------------- */

static bool
at(const struct cursor *c, char byte)
{
	return c->rest.n > 0 && c->rest.p[0] == byte;
}

static struct apam_str
take(struct cursor *c, size_t n)
{
	struct apam_str taken = str_cut(c->rest, n);

	c->rest = str_skip(c->rest, n);
	return taken;
}

/* OWS and BWS, RFC 9110, 5.6.3.  True where there was any. */
static bool
skip_blanks(struct cursor *c)
{
	size_t n = 0;

	while (n < c->rest.n && is_one_of(c->rest.p[n], " \t"))
		n++;
	take(c, n);
	return n > 0;
}

static struct apam_str
take_token(struct cursor *c)
{
	size_t n = 0;

	while (n < c->rest.n && is_tchar(c->rest.p[n]))
		n++;
	return take(c, n);
}

/* At the end of a list element: a comma or the end of the header. */
static bool
at_element_end(struct cursor *c)
{
	skip_blanks(c);
	return c->rest.n == 0 || at(c, ',');
}

/* token68, RFC 9110, 11.2, with the end of its element.  False: it is none. */
static bool
skip_token68(struct cursor *c)
{
	struct apam_str start = c->rest;
	size_t n = 0;

	while (n < start.n &&
	    (is_alnum(start.p[n]) || is_one_of(start.p[n], "-._~+/")))
		n++;
	if (n == 0)
		return false;
	while (n < start.n && start.p[n] == '=')
		n++;
	take(c, n);
	if (at_element_end(c))
		return true;
	c->rest = start;
	return false;
}

/* quoted-string, RFC 9110, 5.6.4.  The cursor is at its first quote. */
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

/* "=" and a value, after the name of a parameter.  RFC 9110, 11.2. */
static bool
read_parameter(struct cursor *c, struct apam_str name)
{
	struct apam_str value;
	bool quoted;

	take(c, 1);
	skip_blanks(c);
	quoted = at(c, '"');
	if (quoted && !take_quoted(c, &value))
		return false;
	if (!quoted) {
		value = take_token(c);
		if (value.n == 0)
			return false;
	}
	if (c->matches && !c->found.parameter &&
	    str_equal_nocase(name, c->parameter)) {
		c->found.parameter = true;
		c->found.value = value;
		c->found.quoted = quoted;
	}
	return at_element_end(c);
}

static void
open_challenge(struct cursor *c, struct apam_str scheme)
{
	/* Only the first challenge of the scheme counts. */
	c->matches = !c->found.scheme && str_equal_nocase(scheme, c->scheme);
	c->found.scheme |= c->matches;
	c->has_scheme = true;
}

/*
 * One element of the list: a parameter of the open challenge, or a challenge
 * with its token68 or first parameter, if any.
 */
static bool
read_element(struct cursor *c)
{
	struct apam_str name = take_token(c);
	bool blanks = skip_blanks(c);

	if (name.n == 0)
		return false;
	if (at(c, '='))
		return c->has_scheme && read_parameter(c, name);
	open_challenge(c, name);
	if (at_element_end(c))
		return true;
	if (!blanks)
		return false;
	if (skip_token68(c)) {
		c->has_scheme = false;
		return true;
	}
	name = take_token(c);
	skip_blanks(c);
	return name.n > 0 && at(c, '=') && read_parameter(c, name);
}

/* A list of challenges, RFC 9110, 5.6.1.2: elements may be empty. */
static bool
read_challenges(struct cursor *c)
{
	for (;;) {
		while (at_element_end(c) && c->rest.n > 0)
			take(c, 1);
		if (c->rest.n == 0)
			return true;
		if (!read_element(c))
			return false;
	}
}

/* Copy the value that was found, without the backslashes of a quoted one. */
static void
copy_value(const struct found *found, char *to, size_t size)
{
	size_t n = 0;

	if (size == 0)
		return;
	for (size_t i = 0; i < found->value.n && n < size - 1; i++) {
		/* A quoted string never ends in a lone backslash. */
		if (found->quoted && found->value.p[i] == '\\')
			i++;
		to[n++] = found->value.p[i];
	}
	to[n] = '\0';
}

bool
challenge_find(const struct apam_header *headers, size_t count,
    const char *scheme, const char *parameter, char *to, size_t size)
{
	if (size > 0)
		to[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		struct cursor c = { .rest = headers[i].value,
			.scheme = apam_str(scheme),
			.parameter = apam_str(parameter) };

		if (!str_equal_nocase(
			headers[i].name, APAM_STR("WWW-Authenticate")))
			continue;
		if (!read_challenges(&c) || !c.found.scheme)
			continue;
		if (parameter == NULL)
			return true;
		if (c.found.parameter)
			copy_value(&c.found, to, size);
		return c.found.parameter;
	}
	return false;
}

/* ---- Retry-After ------------------------------------------------------ */

static bool
is_digits(struct apam_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return s.n > 0;
}

/* HTTP-date, RFC 9110, 5.6.7, in any of its forms; -1 for anything else. */
static int64_t
read_date(struct apam_str value)
{
	const struct curl_api *curl = curl_api();
	char text[64];

	/* All forms begin with the day's name; curl takes much else. */
	if (value.n < 24 || value.n >= sizeof(text) || str_has_control(value))
		return -1;
	if (str_lower(value.p[0]) < 'a' || str_lower(value.p[0]) > 'z')
		return -1;
	memcpy(text, value.p, value.n);
	text[value.n] = '\0';
	return curl == NULL ? -1 : curl->getdate(text, NULL);
}

int64_t
retry_after(struct apam_str value, int64_t now)
{
	int64_t n;

	value = str_trim(value);
	if (is_digits(value))
		return str_number(value, DAY, &n) ? n : DAY;
	n = read_date(value);
	if (n < 0)
		return -1;
	if (n <= now)
		return 0;
	/* Asked this way round, a strange clock overflows nothing. */
	return now < n - DAY ? DAY : n - now;
}
