/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9112, 2 to 5, without what scrapers do not send: a bare LF, a space before
 * a colon, folded lines, an absolute target, a query.
 */
#define _GNU_SOURCE /* memmem */
#include "agent/scrape_request.h"

#include <string.h>

#include "base/str.h"

#define LINE "\r\n"

/* Take what is before the first CRLF, which is there. */
static struct apam_str
take_line(struct apam_str *rest)
{
	const char *end = memmem(rest->p, rest->n, LINE, 2);
	const struct apam_str line = str_cut(*rest, (size_t)(end - rest->p));

	*rest = str_skip(*rest, line.n + 2);
	return line;
}

/* Take what is before the first space; empty where there is none. */
static struct apam_str
take_word(struct apam_str *rest)
{
	const size_t n = str_find(*rest, ' ');
	const struct apam_str word = str_cut(*rest, n == rest->n ? 0 : n);

	if (n < rest->n)
		*rest = str_skip(*rest, n + 1);
	return word;
}

static enum scrape_request
read_request_line(struct apam_str line)
{
	const struct apam_str method = take_word(&line);
	const struct apam_str target = take_word(&line);

	if (!str_equal(line, APAM_STR("HTTP/1.1")) &&
	    !str_equal(line, APAM_STR("HTTP/1.0")))
		return SCRAPE_BAD;
	if (!str_equal(method, APAM_STR("GET")))
		return SCRAPE_METHOD;
	return str_equal(target, APAM_STR("/metrics")) ? SCRAPE_GOOD :
							 SCRAPE_ELSEWHERE;
}

/* ---- Fields ------------------------------------------------------------- */

/* RFC 9110, 5.6.2, as far as scrapers need it. */
static bool
is_name(struct apam_str name)
{
	for (size_t i = 0; i < name.n; i++) {
		const char c = str_lower(name.p[i]);

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' &&
		    c != '_')
			return false;
	}
	return name.n > 0;
}

static bool
is_port(struct apam_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	return text.n > 0 && text.n <= 5;
}

static bool
is_here(struct apam_str host)
{
	static const char *const names[] = { "localhost", "127.0.0.1",
		"[::1]" };

	for (size_t i = 0; i < 3; i++) {
		const struct apam_str name = apam_str(names[i]);
		struct apam_str rest;

		if (!str_starts(host, name))
			continue;
		rest = str_skip(host, name.n);
		if (rest.n == 0 ||
		    (rest.p[0] == ':' && is_port(str_skip(rest, 1))))
			return true;
	}
	return false;
}

/* Whether a field may be there; *hosts counts those that are Host. */
static bool
is_field(struct apam_str line, unsigned *hosts)
{
	const size_t colon = str_find(line, ':');
	const struct apam_str name = str_cut(line, colon);
	struct apam_str value;

	if (colon == line.n || !is_name(name))
		return false;
	value = str_trim(str_skip(line, colon + 1));
	if (str_has_control(value) ||
	    str_equal_nocase(name, APAM_STR("Content-Length")) ||
	    str_equal_nocase(name, APAM_STR("Transfer-Encoding")))
		return false;
	if (!str_equal_nocase(name, APAM_STR("Host")))
		return true;
	return ++*hosts == 1 && is_here(value);
}

enum scrape_request
scrape_request_read(struct apam_str bytes)
{
	const char *end = memmem(bytes.p, bytes.n, LINE LINE, 4);
	enum scrape_request what;
	struct apam_str line;
	unsigned hosts = 0;

	if (end == NULL)
		return bytes.n < SCRAPE_REQUEST_MAX ? SCRAPE_MORE : SCRAPE_BAD;
	bytes.n = (size_t)(end - bytes.p) + 4;
	what = read_request_line(take_line(&bytes));
	for (line = take_line(&bytes); line.n > 0; line = take_line(&bytes))
		if (!is_field(line, &hosts))
			return SCRAPE_BAD;
	return what;
}
