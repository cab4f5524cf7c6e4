/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a key goes, and which keys can go there: a header's value (RFC 9110,
 * 5.5), a query parameter, which is percent-encoded, or a cookie (RFC 6265,
 * 4.1.1).
 */
#include <stdlib.h>

#include "api_key.h"

/* What a place is read from: the entry itself, or one group of `also`. */
struct source {
	const struct api_key *k;
	size_t path[3]; /* of the option that is refused */
	size_t depth; /* 1: the entry itself; 3: a group */
};

/* An option of the entry for each member of a group. */
static const enum option alike[ALSO_COUNT] = {
	[ALSO_KEY] = OPT_KEY,
	[ALSO_TEXT] = OPT_COUNT,
	[ALSO_HEADER] = OPT_HEADER,
	[ALSO_PREFIX] = OPT_PREFIX,
	[ALSO_QUERY] = OPT_QUERY,
	[ALSO_COOKIE] = OPT_COOKIE,
};

static const struct apam_value *
value_of(const struct source *from, enum also_option i)
{
	if (from->depth == 1)
		return i == ALSO_TEXT ? NULL : option(from->k, alike[i]);
	return member(from->k, OPT_ALSO, from->path[1], i);
}

static bool
has(const struct source *from, enum also_option i)
{
	const struct apam_value *value = value_of(from, i);

	return value != NULL && value->set;
}

static struct apam_str
text_of(const struct source *from, enum also_option i)
{
	return has(from, i) ? value_of(from, i)->str : APAM_STR("");
}

static int32_t
refuse_place(struct source *from, enum also_option i, const char *why)
{
	from->path[from->depth - 1] = from->depth == 1 ? (size_t)alike[i] : i;
	return from->k->svc->refuse_option(
	    from->k->svc, from->path, from->depth, apam_str(why));
}

/* ---- What can go where ------------------------------------------------ */

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

static const char *
header_bad(struct apam_str name)
{
	if (scheme_same_nocase(name, APAM_STR("Cookie")))
		return "is \"Cookie\": say the cookie's name in the option "
		       "cookie";
	return scheme_header_name_bad(name);
}

/* What stands before a key and cannot be there: a space at its beginning. */
static const char *
prefix_bad(struct apam_str prefix)
{
	if (scheme_has_control(prefix))
		return "has a control character, which a header cannot carry";
	if (prefix.n > 0 && prefix.p[0] == ' ')
		return "begins with a space, which a header loses";
	return NULL;
}

/* ---- Reading one place ------------------------------------------------ */

/* Which of header, query and cookie is said: exactly one. */
static int32_t
read_kind(struct source *from, struct place *place)
{
	const bool query = has(from, ALSO_QUERY);
	const bool cookie = has(from, ALSO_COOKIE);
	const enum also_option said = query ? ALSO_QUERY :
	    cookie                          ? ALSO_COOKIE :
					      ALSO_HEADER;

	if (has(from, ALSO_HEADER) + query + cookie > 1)
		return refuse_place(from, said,
		    "is one place too many: a key goes into one header, query "
		    "parameter or cookie; name others in groups of \"also\"");
	if (!has(from, said))
		return refuse_place(from, ALSO_HEADER,
		    "is missing: say where the key goes, by header, query or "
		    "cookie");
	place->kind = query ? PLACE_QUERY :
	    cookie          ? PLACE_COOKIE :
			      PLACE_HEADER;
	place->name = text_of(from, said);
	return APAM_OK;
}

static int32_t
read_name(struct source *from, struct place *place)
{
	const char *why = NULL;

	if (place->kind == PLACE_HEADER)
		why = header_bad(place->name);
	if (why != NULL)
		return refuse_place(from, ALSO_HEADER, why);
	if (place->kind == PLACE_COOKIE && !scheme_is_token(place->name))
		return refuse_place(from, ALSO_COOKIE,
		    "is not the name of a cookie: letters, digits, '-' and '_'");
	if (!has(from, ALSO_PREFIX))
		return APAM_OK;
	if (place->kind != PLACE_HEADER)
		return refuse_place(from, ALSO_PREFIX,
		    "is for a header, and the key goes elsewhere");
	place->prefix = text_of(from, ALSO_PREFIX);
	why = prefix_bad(place->prefix);
	return why == NULL ? APAM_OK : refuse_place(from, ALSO_PREFIX, why);
}

static int32_t
read_value(struct source *from, struct place *place)
{
	enum also_option said = has(from, ALSO_TEXT) ? ALSO_TEXT : ALSO_KEY;
	struct apam_str value = text_of(from, said);
	const char *why = place_value_bad(place, value);

	if (has(from, ALSO_TEXT) && has(from, ALSO_KEY))
		return refuse_place(from, ALSO_TEXT,
		    "and key are both given: a place has one of them");
	if (!has(from, said))
		return refuse_place(from, ALSO_KEY,
		    "is missing: give the reference to a key, or a text that "
		    "is not secret");
	if (why != NULL)
		return refuse_place(from, said, why);
	if (said == ALSO_KEY)
		place->key = value_of(from, said);
	else
		place->text = value;
	return APAM_OK;
}

/* Names of headers have no case (RFC 9110, 5.1); the others have. */
static bool
is_same_place(const struct place *a, const struct place *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == PLACE_HEADER ? scheme_same_nocase(a->name, b->name) :
					 scheme_same(a->name, b->name);
}

static int32_t
check_new(const struct api_key *k, struct source *from, size_t count)
{
	static const enum also_option of[] = {
		[PLACE_HEADER] = ALSO_HEADER,
		[PLACE_QUERY] = ALSO_QUERY,
		[PLACE_COOKIE] = ALSO_COOKIE,
	};
	size_t i;

	for (i = 0; i < count; i++)
		if (is_same_place(&k->places[i], &k->places[count]))
			return refuse_place(from, of[k->places[count].kind],
			    "is used twice in this entry");
	return APAM_OK;
}

static int32_t
read_place(struct api_key *k, struct source *from)
{
	struct place *place = &k->places[k->count];
	int32_t status = read_kind(from, place);

	if (status == APAM_OK)
		status = read_name(from, place);
	if (status == APAM_OK)
		status = read_value(from, place);
	if (status == APAM_OK)
		status = check_new(k, from, k->count);
	if (status == APAM_OK)
		k->count++;
	return status;
}

int32_t
places_open(struct api_key *k)
{
	const size_t more = option(k, OPT_ALSO)->count;
	struct source entry = { k, { OPT_KEY }, 1 };
	int32_t status;
	size_t i;

	k->places = calloc(1 + more, sizeof(*k->places));
	if (k->places == NULL)
		return APAM_E_MEMORY;
	status = read_place(k, &entry);
	for (i = 0; i < more && status == APAM_OK; i++) {
		struct source group = { k, { OPT_ALSO, i, 0 }, 3 };

		status = read_place(k, &group);
	}
	return status;
}

/* ---- Signing ---------------------------------------------------------- */

static int32_t
sign_place(const struct api_key *k, const struct place *place,
    struct apam_str value, struct apam_signing *out)
{
	const struct apam_services *svc = k->svc;

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

/* Take the next key of a credential: each is a line. */
static struct apam_str
next_key(struct apam_str *keys)
{
	struct apam_str key = *keys;
	size_t n = 0;

	while (n < keys->n && keys->p[n] != '\n')
		n++;
	key.n = n;
	n += n < keys->n;
	*keys = scheme_str(keys->p + n, keys->n - n);
	return key;
}

int32_t
places_sign(const struct api_key *k, struct apam_str credential,
    struct apam_signing *out)
{
	const struct place *place;
	int32_t status = APAM_OK;
	size_t i;

	for (i = 0; i < k->count && status == APAM_OK; i++) {
		place = &k->places[i];
		status = sign_place(k, place,
		    place->key != NULL ? next_key(&credential) : place->text,
		    out);
	}
	return status;
}
