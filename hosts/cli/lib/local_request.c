/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9112, 2 to 5, without what browsers do not send: a bare LF, a space
 * before a colon, folded lines, an absolute target.
 */
#define _GNU_SOURCE /* memmem */
#include "lib/local_request.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define LINE "\r\n"
#define METHOD "GET "
#define VERSION " HTTP/1.1"
#define AUTHORIZATION "Authorization"

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

static bool
is_target(struct apam_str target, const struct local_place *place)
{
	const size_t n = strlen(place->path);

	if (!starts(target, place->path))
		return false;
	if (place->authorization != NULL)
		return target.n == n;
	return target.n >= n + 2 && target.p[n] == '?';
}

static enum local_request
read_request_line(struct apam_str line, const struct local_place *place,
    struct apam_str *target)
{
	const size_t version = sizeof(VERSION) - 1;

	if (line.n < version ||
	    memcmp(line.p + line.n - version, VERSION, version) != 0)
		return LOCAL_BAD;
	line.n -= version;
	if (!starts(line, METHOD))
		return LOCAL_METHOD;
	line.p += sizeof(METHOD) - 1;
	line.n -= sizeof(METHOD) - 1;
	if (!is_visible(line))
		return LOCAL_BAD;
	if (!is_target(line, place))
		return LOCAL_ELSEWHERE;
	*target = line;
	return LOCAL_GOOD;
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
is_host(struct apam_str line, const struct local_place *place)
{
	const struct apam_str value = value_of(line, strlen("Host"));

	return value.n == strlen(place->authority) &&
	    strncasecmp(value.p, place->authority, value.n) == 0;
}

/* In a time that says nothing of where two values differ. */
static bool
is_authorized(struct apam_str line, const struct local_place *place)
{
	const struct apam_str value = value_of(line, strlen(AUTHORIZATION));
	const char *wanted = place->authorization;
	unsigned char differs = 0;

	if (wanted == NULL || value.n != strlen(wanted))
		return false;
	for (size_t i = 0; i < value.n; i++)
		differs |= (unsigned char)(value.p[i] ^ wanted[i]);
	return differs == 0;
}

/* What the fields say. */
struct said {
	unsigned hosts, authorizations;
	bool authorized; /* the last of them is the one that is wanted */
};

/* False where no request that is meant has such a field. */
static bool
take_field(
    struct said *said, struct apam_str line, const struct local_place *place)
{
	if (!is_field(line) || is_named(line, "Content-Length") ||
	    is_named(line, "Transfer-Encoding"))
		return false;
	if (is_named(line, AUTHORIZATION)) {
		said->authorizations++;
		said->authorized = is_authorized(line, place);
	}
	if (!is_named(line, "Host"))
		return true;
	said->hosts++;
	return is_host(line, place);
}

/* All fields up to the empty line; it is known to be there. */
static enum local_request
read_fields(struct apam_str rest, const struct local_place *place)
{
	struct said said = { 0 };
	struct apam_str line;

	while (take_line(&rest, &line) && line.n > 0)
		if (!take_field(&said, line, place))
			return LOCAL_BAD;
	if (said.hosts != 1)
		return LOCAL_BAD;
	if (place->authorization == NULL)
		return LOCAL_GOOD;
	return said.authorizations == 1 && said.authorized ? LOCAL_GOOD :
							     LOCAL_STRANGER;
}

enum local_request
local_request_read(struct apam_str bytes, const struct local_place *place,
    struct apam_str *target)
{
	struct apam_str line = nothing;
	enum local_request what;

	*target = nothing;
	if (memmem(bytes.p, bytes.n, LINE LINE, 4) == NULL)
		return bytes.n < LOCAL_REQUEST_MAX ? LOCAL_MORE : LOCAL_BAD;
	(void)take_line(&bytes, &line);
	what = read_request_line(line, place, target);
	if (what == LOCAL_GOOD)
		what = read_fields(bytes, place);
	if (what != LOCAL_GOOD)
		*target = nothing;
	return what;
}
