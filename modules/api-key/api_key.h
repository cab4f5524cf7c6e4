/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * API keys that are sent as they are: in a header, with a word such as "Bearer
 * " before them, in the query or in a cookie.
 *
 *	module.c	options, the credential, the descriptor
 *	place.c		where a key goes, and which keys can go there
 *	refusal.c	what an answer says of the key
 */
#ifndef API_KEY_H
#define API_KEY_H

#include <apam/scheme.h>

enum option {
	OPT_KEY,
	OPT_HEADER,
	OPT_PREFIX,
	OPT_QUERY,
	OPT_COOKIE,
	OPT_KEY_ID,
	OPT_ALSO,
	OPT_REFUSALS,
	OPT_COUNT
};

enum also_option {
	ALSO_KEY,
	ALSO_TEXT,
	ALSO_HEADER,
	ALSO_PREFIX,
	ALSO_QUERY,
	ALSO_COOKIE,
	ALSO_COUNT
};

enum refusal_option { RF_STATUS, RF_POINTER, RF_VALUE, RF_COUNT };

enum place_kind { PLACE_HEADER, PLACE_QUERY, PLACE_COOKIE };

/* One place, and what goes there. */
struct place {
	enum place_kind kind;
	struct apam_str name;
	struct apam_str prefix;	/* PLACE_HEADER; or empty */
	const struct apam_value *key; /* the option; NULL: */
	struct apam_str text;	/* what is not secret */
};

/* One entry.  Does not change after open. */
struct api_key {
	const struct apam_services *svc;
	const struct apam_options *options;
	struct place *places;	/* the first is that of the entry itself */
	size_t count;
};

static inline const struct apam_value *
option(const struct api_key *k, enum option i)
{
	return apam_option_value(k->options, i);
}

/* Member `i` of group number `group` of the option `of`, which is of groups. */
static inline const struct apam_value *
member(const struct api_key *k, enum option of, size_t group, size_t i)
{
	const size_t members = of == OPT_ALSO ? ALSO_COUNT : RF_COUNT;

	return apam_value_at(
	    k->options, option(k, of)->members, group * members + i);
}

/* ---- place.c ---------------------------------------------------------- */

/*
 * Fill in all places from the options.  Returns APAM_OK, what refuse_option
 * returned, or MEMORY.
 */
int32_t places_open(struct api_key *k);

/* Put all that the credential carries into the request. */
int32_t places_sign(const struct api_key *k, struct apam_str credential,
    struct apam_signing *out);

/*
 * Why this value cannot go there, a static text that follows its name; NULL: it
 * can.
 */
const char *place_value_bad(const struct place *place, struct apam_str value);

/* ---- refusal.c -------------------------------------------------------- */

/* Look at the option `refusals`.  Returns APAM_OK or what was refused. */
int32_t refusals_open(const struct api_key *k);

/* The verdict on an answer; `state` is a struct api_key. */
int32_t answer_judge(
    void *state, const struct apam_response *r, const char **reason);

#endif
