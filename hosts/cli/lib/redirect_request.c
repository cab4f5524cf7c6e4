/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9112, 2 to 5, without what browsers do not send: a bare LF, a space
 * before a colon, folded lines, an absolute target.
 */
#define _GNU_SOURCE /* memmem */
#include "lib/redirect_request.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define LINE "\r\n"
#define METHOD "GET "
#define VERSION " HTTP/1.1"

static const struct apam_str nothing = { "", 0 };

/* Take what is before the first CRLF; false if there is none. */
static bool
take_line(struct apam_str *rest, struct apam_str *line)
{
	const char *end = memmem(rest->p, rest->n, LINE, 2);

	if (end == NULL)
		return false;
	*line = (struct apam_str){ rest->p, (size_t)(end - rest->p) };
	*rest = (struct apam_str){ end + 2, rest->n - line->n - 2 };
	return true;
}

static bool
starts(struct apam_str s, const char *prefix)
{
	const size_t n = strlen(prefix);

	return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

/* Visible ASCII, as the target of a request is (RFC 3986). */
static bool
is_visible(struct apam_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

/* ---- The request line --------------------------------------------------- */

static enum redirect_request
read_request_line(struct apam_str line, const struct redirect_place *place,
    struct apam_str *target)
{
	const size_t version = sizeof(VERSION) - 1, path = strlen(place->path);

	if (line.n < version ||
	    memcmp(line.p + line.n - version, VERSION, version) != 0)
		return REDIRECT_BAD;
	line.n -= version;
	if (!starts(line, METHOD))
		return REDIRECT_METHOD;
	line.p += sizeof(METHOD) - 1;
	line.n -= sizeof(METHOD) - 1;
	if (!is_visible(line))
		return REDIRECT_BAD;
	if (!starts(line, place->path) || line.n < path + 2 ||
	    line.p[path] != '?')
		return REDIRECT_ELSEWHERE;
	*target = line;
	return REDIRECT_GOOD;
}

/* ---- Fields ------------------------------------------------------------- */

/* True if the line's name is this one, in any case. */
static bool
is_named(struct apam_str line, const char *name)
{
	const size_t n = strlen(name);

	return line.n > n && line.p[n] == ':' &&
	    strncasecmp(line.p, name, n) == 0;
}

static struct apam_str
value_of(struct apam_str line, size_t name)
{
	line.p += name + 1;
	line.n -= name + 1;
	while (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t')) {
		line.p++;
		line.n--;
	}
	while (line.n > 0 &&
	    (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
		line.n--;
	return line;
}

static bool
is_field(struct apam_str line)
{
	const char *colon = line.n == 0 ? NULL : memchr(line.p, ':', line.n);

	if (colon == NULL || colon == line.p)
		return false;
	if (!is_visible((struct apam_str){ line.p, (size_t)(colon - line.p) }))
		return false;
	return memchr(line.p, '\0', line.n) == NULL &&
	    memchr(line.p, '\r', line.n) == NULL;
}

/*
 * Who is asked must be the host of the redirect URI: a name that was made to
 * lead here is not.
 */
static bool
is_host(struct apam_str line, const struct redirect_place *place)
{
	const struct apam_str value = value_of(line, strlen("Host"));

	return value.n == strlen(place->authority) &&
	    strncasecmp(value.p, place->authority, value.n) == 0;
}

/* All fields up to the empty line; it is known to be there. */
static bool
are_fields(struct apam_str rest, const struct redirect_place *place)
{
	struct apam_str line;
	unsigned hosts = 0;

	while (take_line(&rest, &line) && line.n > 0) {
		if (!is_field(line) || is_named(line, "Content-Length") ||
		    is_named(line, "Transfer-Encoding"))
			return false;
		if (!is_named(line, "Host"))
			continue;
		if (!is_host(line, place))
			return false;
		hosts++;
	}
	return hosts == 1;
}

enum redirect_request
redirect_request_read(struct apam_str bytes, const struct redirect_place *place,
    struct apam_str *target)
{
	struct apam_str line = nothing;
	enum redirect_request what;

	*target = nothing;
	if (memmem(bytes.p, bytes.n, LINE LINE, 4) == NULL)
		return bytes.n < REDIRECT_REQUEST_MAX ? REDIRECT_MORE :
							REDIRECT_BAD;
	(void)take_line(&bytes, &line);
	what = read_request_line(line, place, target);
	if (what != REDIRECT_GOOD || are_fields(bytes, place))
		return what;
	*target = nothing;
	return REDIRECT_BAD;
}
