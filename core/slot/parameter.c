/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A part of the short way: no lock, no allocation, no system call.  All that it
 * reads is the caller's, as the image has been copied; but that may be torn, so
 * that nothing in it is believed to lie within the image.
 */
#include "slot/parameter.h"

#include <string.h>

#include "slot/slot.h"
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
append_parameter(struct growing_url *url, const struct apam_signature *s,
    const struct slot_parameter *p, size_t image)
{
	const char *text = s->store + p->at, *query = strchr(s->url, '?');
	enum found found = FOUND_NOT;

	if (p->at > image || p->n > image - p->at || p->name_n > p->n)
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
append_all(
    struct growing_url *url, const struct apam_signature *s, uint32_t shape)
{
	const struct slot_parameter *p = (const void *)(s->store +
	    slot_tables(slot_headers(shape), 0));

	if (!append(url, s->url, strlen(s->url)))
		return false;
	for (size_t i = slot_parameters(shape); i > 0; i--, p++)
		if (!append_parameter(url, s, p, slot_bytes(shape)))
			return false;
	url->to[url->n] = '\0';
	return true;
}

SHORT_WAY bool
slot_add_query(struct apam_signature *s, uint32_t shape)
{
	const size_t image = slot_bytes(shape);
	struct growing_url url = { s->store + image, 0, s->store_size - image };
	bool ok;

	if (url.room > URL_MAX + 1)
		url.room = URL_MAX + 1;
	ok = append_all(&url, s, shape);
	/* Also what was written in vain is wiped. */
	s->used = image + url.n + (ok ? 1 : 0);
	s->url = url.to;
	return ok;
}
