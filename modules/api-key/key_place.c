/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a key goes, as the options say.
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
	return also(from->k, from->path[1], i);
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

/* ---- Reading one place ------------------------------------------------ */

/* The option that names a place. */
static const enum also_option named_by[] = {
	[PLACE_HEADER] = ALSO_HEADER,
	[PLACE_QUERY] = ALSO_QUERY,
	[PLACE_COOKIE] = ALSO_COOKIE,
};

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
	const char *why = place_name_bad(place);

	if (why != NULL)
		return refuse_place(from, named_by[place->kind], why);
	if (!has(from, ALSO_PREFIX))
		return APAM_OK;
	if (place->kind != PLACE_HEADER)
		return refuse_place(from, ALSO_PREFIX,
		    "is for a header, and the key goes elsewhere");
	place->prefix = text_of(from, ALSO_PREFIX);
	why = place_prefix_bad(place->prefix);
	return why == NULL ? APAM_OK : refuse_place(from, ALSO_PREFIX, why);
}

static int32_t
read_value(struct source *from, struct key_place *place)
{
	enum also_option said = has(from, ALSO_TEXT) ? ALSO_TEXT : ALSO_KEY;
	struct apam_str value = text_of(from, said);
	const char *why = place_value_bad(&place->place, value);

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

static int32_t
check_new(const struct api_key *k, struct source *from, size_t count)
{
	const struct place *place = &k->places[count].place;
	size_t i;

	for (i = 0; i < count; i++)
		if (place_same(&k->places[i].place, place))
			return refuse_place(from, named_by[place->kind],
			    "is used twice in this entry");
	return APAM_OK;
}

static int32_t
read_place(struct api_key *k, struct source *from)
{
	struct key_place *place = &k->places[k->count];
	int32_t status = read_kind(from, &place->place);

	if (status == APAM_OK)
		status = read_name(from, &place->place);
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

int32_t
places_sign(const struct api_key *k, struct apam_str credential,
    struct apam_signing *out)
{
	const struct key_place *place;
	int32_t status = APAM_OK;
	size_t i;

	for (i = 0; i < k->count && status == APAM_OK; i++) {
		place = &k->places[i];
		status = place_sign(k->svc, &place->place,
		    place->key != NULL ? place_next_line(&credential) :
					 place->text,
		    out);
	}
	return status;
}
