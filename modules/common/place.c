/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a request carries a value: see place.h.
 */
#include "place.h"

/* ---- What can go where ------------------------------------------------ */

const char *
place_name_bad(const struct place *place)
{
	if (place->kind == PLACE_COOKIE && !scheme_is_token(place->name))
		return "is not the name of a cookie: letters, digits, '-' and "
		       "'_'";
	if (place->kind != PLACE_HEADER)
		return NULL;
	if (scheme_same_nocase(place->name, APAM_STR("Cookie")))
		return "is \"Cookie\": say the cookie's name in the option "
		       "cookie";
	return scheme_header_name_bad(place->name);
}

/* A header loses a space at its beginning: RFC 9110, 5.5. */
const char *
place_prefix_bad(struct apam_str prefix)
{
	if (scheme_has_control(prefix))
		return "has a control character, which a header cannot carry";
	if (prefix.n > 0 && prefix.p[0] == ' ')
		return "begins with a space, which a header loses";
	return NULL;
}

/* RFC 9110, 5.5: blanks at an end would be lost on the way. */
static const char *
header_value_bad(struct apam_str prefix, struct apam_str value)
{
	if (value.p[value.n - 1] == ' ' || (prefix.n == 0 && value.p[0] == ' '))
		return "begins or ends with a space, which a header loses";
	return NULL;
}

/* cookie-octet, RFC 6265, 4.1.1. */
static const char *
cookie_value_bad(struct apam_str value)
{
	size_t i;

	for (i = 0; i < value.n; i++)
		if (value.p[i] < 0x21 || value.p[i] > 0x7e ||
		    strchr("\",;\\", value.p[i]) != NULL)
			return "has a character that a cookie cannot carry: a "
			       "space, quote, comma, semicolon, backslash, or "
			       "one beyond ASCII";
	return NULL;
}

const char *
place_value_bad(const struct place *place, struct apam_str value)
{
	if (value.n == 0)
		return "is empty";
	if (scheme_has_control(value))
		return "has a control character, which no key has";
	if (place->kind == PLACE_HEADER)
		return header_value_bad(place->prefix, value);
	if (place->kind == PLACE_COOKIE)
		return cookie_value_bad(value);
	return NULL;
}

bool
place_same(const struct place *a, const struct place *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == PLACE_HEADER ? scheme_same_nocase(a->name, b->name) :
					 scheme_same(a->name, b->name);
}

/* ---- Signing ---------------------------------------------------------- */

int32_t
place_sign(const struct apam_services *svc, const struct place *place,
    struct apam_str value, struct apam_signing *out)
{
	switch (place->kind) {
	case PLACE_QUERY:
		svc->sign_query(svc, out, place->name, value);
		return APAM_OK;
	case PLACE_COOKIE:
		svc->sign_cookie(svc, out, place->name, value);
		return APAM_OK;
	case PLACE_HEADER:
		break;
	}
	if (place->prefix.n > 0)
		return scheme_sign_header(
		    svc, out, place->name, place->prefix, value);
	svc->sign_header(svc, out, place->name, value);
	return APAM_OK;
}

struct apam_str
place_next_line(struct apam_str *lines)
{
	struct apam_str line = *lines;
	size_t n = 0;

	while (n < lines->n && lines->p[n] != '\n')
		n++;
	line.n = n;
	n += n < lines->n;
	*lines = scheme_str(lines->p + n, lines->n - n);
	return line;
}
