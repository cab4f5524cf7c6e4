/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an answer says of the key.
 *
 * Some providers refuse a key with 400, 403 or 200, and say so in the body.  No
 * rule can know that for all of them: the option `refusals` names what one
 * provider's documents say.  A refusal is believed only as a whole: this
 * status, JSON, and exactly this value at exactly this place.
 */
#include "api_key.h"

int32_t
answer_judge(void *state, const struct apam_response *r, const char **reason)
{
	const struct api_key *k = state;
	const enum rule_match refused = answer_rules_meet(
	    k->svc, &k->refusals, r);

	*reason = "the API refused the key, as its option \"refusals\" says";
	if (refused == RULE_MEETS)
		return APAM_VERDICT_REJECTED;
	/* A success may still be a refusal. */
	*reason = "a body that may refuse the key, and cannot be read";
	if (refused == RULE_UNREADABLE && r->status / 100 == 2)
		return APAM_VERDICT_UNKNOWN;
	return scheme_judge(k->svc, r, reason);
}
