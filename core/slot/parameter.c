/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A part of the short way: no lock, no allocation, no system call.  All that it
 * reads is the caller's, as the image has been copied; but that may be torn, so
 * that nothing in it is believed to lie within the image.
 */
#include "slot/parameter.h"

#include <string.h>

#include "slot/page.h"
#include "slot/url_plain.h"
#include "text/url.h"

enum found { FOUND_NOT, FOUND, FOUND_UNCLEAR };

static bool
ends_name(char c)
{
	return c == '\0' || c == '=' || c == '&' || c == '%' || c == '+';
}

/* Whether the query has a parameter of this name, which has no '%'. */
static enum found
find_name(const char *query, const char *name, size_t name_n)
{
	size_t n;

	for (; query != NULL; query = strchr(query + n, '&')) {
		query += *query == '&';
		for (n = 0; !ends_name(query[n]);)
			n++;
		if (query[n] == '%' || query[n] == '+')
			return FOUND_UNCLEAR;
		if (n == name_n && memcmp(query, name, n) == 0)
			return FOUND;
	}
	return FOUND_NOT;
}

/* Where the URL is being written: `n` bytes, of `room`, at `to`. */
struct growing_url {
	char *to;
	size_t n, room;
};

/* The last byte of the room stays free, for the NUL. */
static bool
append(struct growing_url *url, const char *bytes, size_t n)
{
	if (n >= url->room - url->n)
		return false;
	memcpy(url->to + url->n, bytes, n);
	url->n += n;
	return true;
}

/* True if the parameter is now in the URL, or yields to one that is. */
static bool
append_parameter(struct growing_url *url, const char *given,
    const struct slot_parameter *p, struct apam_str image)
{
	const char *text = image.p + p->at, *query = strchr(given, '?');
	enum found found = FOUND_NOT;

	if (p->at > image.n || p->n > image.n - p->at || p->name_n > p->n)
		return false;
	if (query != NULL)
		found = find_name(query + 1, text, p->name_n);
	if (found != FOUND_NOT)
		return found == FOUND && p->yields != 0;
	return append(
		   url, memchr(url->to, '?', url->n) == NULL ? "?" : "&", 1) &&
	    append(url, text, p->n);
}

static bool
append_all(struct growing_url *url, const char *given, struct apam_str image,
    size_t count)
{
	const struct slot_parameter *p = (const void *)image.p;

	if (count * sizeof(*p) > image.n || !append(url, given, strlen(given)))
		return false;
	for (; count > 0; count--, p++)
		if (!append_parameter(url, given, p, image))
			return false;
	url->to[url->n] = '\0';
	return true;
}

SHORT_WAY bool
slot_add_query(struct apam_signature *s, uint32_t shape)
{
	const struct apam_str image = { s->store, page_image_bytes(shape) };
	const size_t used = image.n +
	    page_headers(shape) * sizeof(struct apam_header);
	struct growing_url url = { s->store + used, 0, s->store_size - used };
	bool ok;

	if (url.room > URL_MAX + 1)
		url.room = URL_MAX + 1;
	ok = append_all(&url, s->url, image, page_parameters(shape));
	/* This counts what was written in vain, too, so that it is wiped. */
	s->used = used + url.n + (ok ? 1 : 0);
	s->url = url.to;
	return ok;
}
