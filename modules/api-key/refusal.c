/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an answer says of the key.
 *
 * Some providers refuse a key with 400, 403 or 200, and say so in the body.  No
 * rule can know that for all of them: the option `refusals` names what one
 * provider's documents say.  A refusal is believed only as a whole: this
 * status, JSON, and exactly this value at exactly this place.
 */
#include <stdio.h>

#include "api_key.h"

#define NUMBER_MAX 24

static struct apam_str
rule_text(const struct api_key *k, size_t i, enum refusal_option o)
{
	return member(k, OPT_REFUSALS, i, o)->str;
}

static int32_t
refuse_rule(
    const struct api_key *k, size_t i, enum refusal_option o, const char *why)
{
	const size_t path[] = { OPT_REFUSALS, i, o };

	return k->svc->refuse_option(k->svc, path, 3, apam_str(why));
}

/* What is wrong with element `i`. */
static int32_t
check_rule(const struct api_key *k, size_t i)
{
	const int64_t status = member(k, OPT_REFUSALS, i, RF_STATUS)->num;

	if (status / 100 == 3 || status == 429)
		return refuse_rule(k, i, RF_STATUS,
		    "is a redirect's or 429, which never refuse a key");
	if (!scheme_is_pointer(rule_text(k, i, RF_POINTER)))
		return refuse_rule(k, i, RF_POINTER,
		    "is not a JSON pointer: write \"/error/code\"");
	return APAM_OK;
}

int32_t
refusals_open(const struct api_key *k)
{
	int32_t status = APAM_OK;
	size_t i;

	for (i = 0; i < option(k, OPT_REFUSALS)->count && status == APAM_OK;
	     i++)
		status = check_rule(k, i);
	return status;
}

/*
 * A string is compared as it is; a whole number and a truth value as written.
 */
static bool
is_value(const struct apam_json *found, struct apam_str value)
{
	char number[NUMBER_MAX];

	switch (found->type) {
	case APAM_JSON_STRING:
		return scheme_same(found->str, value);
	case APAM_JSON_INTEGER:
		(void)snprintf(
		    number, sizeof(number), "%lld", (long long)found->num);
		return scheme_same(apam_str(number), value);
	case APAM_JSON_BOOLEAN:
		return scheme_same(
		    apam_str(found->num ? "true" : "false"), value);
	default:
		return false;
	}
}

enum refused { REFUSED_NOT, REFUSED, REFUSED_UNREADABLE };

/* Whether the answer is refusal `i`. */
static enum refused
is_refusal(const struct api_key *k, size_t i, const struct apam_response *r)
{
	struct apam_json found;

	if (member(k, OPT_REFUSALS, i, RF_STATUS)->num != r->status)
		return REFUSED_NOT;
	/* A host gives as much of a body as it has. */
	if (k->svc->json(k->svc, r, rule_text(k, i, RF_POINTER).p, &found,
		NULL) != APAM_OK)
		return REFUSED_UNREADABLE;
	return is_value(&found, rule_text(k, i, RF_VALUE)) ? REFUSED :
							     REFUSED_NOT;
}

static enum refused
any_refusal(const struct api_key *k, const struct apam_response *r)
{
	enum refused one, all = REFUSED_NOT;
	size_t i;

	for (i = 0; i < option(k, OPT_REFUSALS)->count; i++) {
		one = is_refusal(k, i, r);
		if (one == REFUSED)
			return one;
		if (one == REFUSED_UNREADABLE)
			all = one;
	}
	return all;
}

int32_t
answer_judge(void *state, const struct apam_response *r, const char **reason)
{
	const struct api_key *k = state;
	enum refused refused = any_refusal(k, r);

	*reason = "the API refused the key, as its option \"refusals\" says";
	if (refused == REFUSED)
		return APAM_VERDICT_REJECTED;
	/* A success may still be a refusal. */
	*reason = "a body that may refuse the key, and cannot be read";
	if (refused == REFUSED_UNREADABLE && r->status / 100 == 2)
		return APAM_VERDICT_UNKNOWN;
	return scheme_judge(k->svc, r, reason);
}
