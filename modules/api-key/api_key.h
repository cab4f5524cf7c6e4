/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * API keys that are sent as they are: in a header, with a word such as "Bearer
 * " before them, in the query or in a cookie.
 *
 *	module.c	options, the credential, the descriptor
 *	key_place.c	where a key goes
 *	refusal.c	what an answer says of the key
 */
#ifndef API_KEY_H
#define API_KEY_H

#include "../common/answer_rule.h"
#include "../common/place.h"

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

/* One place, and what goes there. */
struct key_place {
	struct place place;
	const struct apam_value *key; /* the option; NULL: */
	struct apam_str text;	/* what is not secret */
};

/* One entry.  Does not change after open. */
struct api_key {
	const struct apam_services *svc;
	const struct apam_options *options;
	struct key_place *places;	/* the first is that of the entry itself */
	size_t count;
	struct answer_rules refusals;
};

static inline const struct apam_value *
option(const struct api_key *k, enum option i)
{
	return apam_option_value(k->options, i);
}

/* Member `i` of group number `group` of the option `also`. */
static inline const struct apam_value *
also(const struct api_key *k, size_t group, enum also_option i)
{
	return apam_value_at(k->options, option(k, OPT_ALSO)->members,
	    group * ALSO_COUNT + i);
}

/* ---- key_place.c ------------------------------------------------------ */

/*
 * Fill in all places from the options.  Returns APAM_OK, what refuse_option
 * returned, or MEMORY.
 */
int32_t places_open(struct api_key *k);

/* Put all that the credential carries into the request. */
int32_t places_sign(const struct api_key *k, struct apam_str credential,
    struct apam_signing *out);

/* ---- refusal.c -------------------------------------------------------- */

/* The verdict on an answer; `state` is a struct api_key. */
int32_t answer_judge(
    void *state, const struct apam_response *r, const char **reason);

#endif
