/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an API's answer says about the bearer token, RFC 6750, 3.
 *
 * The body is not read: some APIs send an `error` member that is not an OAuth
 * code.  The challenge counts, or without one the status.
 */
#include "oauth2.h"

/*
 * The codes of RFC 6750, 3.1, with verdicts; used only if the status is a
 * refusal.
 */
static const struct {
	const char *code;
	int32_t verdict;
	const char *reason;
} challenge_errors[] = {
	{ "invalid_token", APAM_VERDICT_REJECTED,
	    "invalid_token: the token is expired, revoked or malformed" },
	{ "insufficient_scope", APAM_VERDICT_FORBIDDEN,
	    "insufficient_scope: the token is valid, but not for this" },
	{ "invalid_request", APAM_VERDICT_UNKNOWN,
	    "invalid_request: the request was malformed" },
};

static bool
judge_challenge(const struct apam_services *svc, const struct apam_response *r,
    int32_t *verdict, const char **reason)
{
	char code[32];
	size_t i;

	/* There is room for every known code, so a cut one matches none. */
	if (!scheme_find_challenge(svc, r, "Bearer", &i) ||
	    !svc->challenge_parameter(svc, r, i, "error", code, sizeof(code)))
		return false;
	for (i = 0; i < sizeof(challenge_errors) / sizeof(challenge_errors[0]);
	     i++)
		if (strcmp(code, challenge_errors[i].code) == 0) {
			*verdict = challenge_errors[i].verdict;
			*reason = challenge_errors[i].reason;
			return true;
		}
	return false;
}

int32_t
oauth2_judge_answer(const struct apam_services *svc,
    const struct apam_response *r, const char **reason)
{
	int32_t verdict;

	/* A 403 always means "forbidden": a new token would not help. */
	if ((r->status == 400 || r->status == 401) &&
	    judge_challenge(svc, r, &verdict, reason))
		return verdict;
	return scheme_judge(svc, r, reason);
}

int32_t
oauth2_judge(void *state, const struct apam_answer_view *answer,
    struct apam_judging *out, const char **reason)
{
	(void)out;
	return oauth2_judge_answer(
	    ((const struct oauth2 *)state)->svc, answer->response, reason);
}
