/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks whether the key is good, by introspection (RFC 7662) and by getting a
 * new token.
 *
 * A token can outlive its key, and a key its token, so only getting a new token
 * is evidence about the key.  Introspection is asked with the same id and
 * secret: if it says "active", the key is good, too, and no new token is
 * needed; any other answer proves nothing.  If there is no token yet, the new
 * one is introspected as well, to know whether resource servers would accept
 * it.
 */
#include "oauth2.h"

#include <stdio.h>

#define MEMO_MAX 128 /* half of the room for evidence */
#define SCOPE_MAX 48 /* bytes of a scope that are shown */

static int32_t
introspect(const struct oauth2 *o, struct apam_op *op,
    const struct oauth2_endpoints *found)
{
	/* The next step needs it if the answer is not "active". */
	o->svc->memo(o->svc, op, found->token);
	op->phase = OAUTH2_PHASE_INTROSPECTION;
	return oauth2_name_token(o, op, found->introspection,
	    op->credential->secret, APAM_STR("access_token"));
}

static int32_t
check_begin(const struct oauth2 *o, struct apam_op *op,
    const struct oauth2_endpoints *found)
{
	int32_t step;

	if (found->introspection.n > 0 && op->credential != NULL)
		return introspect(o, op, found);
	step = oauth2_token_request(o, op, found->token);
	if (found->introspection.n == 0)
		return step;
	/* The URL to ask about the new token. */
	o->svc->memo(o->svc, op, found->introspection);
	op->phase = OAUTH2_PHASE_FRESH_TOKEN;
	return step;
}

/*
 * RFC 7662, 2.2: a token is active if the answer is 200 with a boolean `active`
 * that is true.  Returns NULL then, else what was answered.  Only the new token
 * that is requested afterwards decides about the key.
 */
static const char *
not_active(const struct oauth2 *o, const struct apam_response *r)
{
	struct apam_json value;
	const char *why = NULL;

	/* RFC 7662, 2.3: it refuses the client, not the token. */
	if (r->status == 401)
		return "it does not accept this client";
	/*
	 * RFC 7009, 2.2.1: some send this for a token that they keep no record
	 * of.
	 */
	if (r->status == 400 &&
	    o->svc->json(o->svc, r, "/error", &value, NULL) == APAM_OK &&
	    scheme_same(value.str, APAM_STR("unsupported_token_type")))
		return "unsupported_token_type: it cannot be asked about this "
		       "token";
	if (r->status != 200)
		return scheme_fault_of_status(o->svc, r).text;
	if (scheme_is_html(o->svc, r))
		return "an HTML page where JSON was expected";
	if (o->svc->json(o->svc, r, "/active", &value, &why) != APAM_OK)
		return why;
	if (value.type != APAM_JSON_BOOLEAN)
		return "the answer has no boolean active";
	return value.num == 1 ? NULL : "the token is not active";
}

static int32_t
introspected(const struct oauth2 *o, struct apam_op *op)
{
	const char *why = not_active(o, op->response);
	int32_t step;
	char text[MEMO_MAX];

	if (why == NULL)
		return apam_key_statef(o->svc, op, APAM_KEY_GOOD,
		    "introspection: the token is active");
	step = oauth2_token_request(o, op, op->memo);
	/* The evidence starts with it, whatever the token endpoint answers. */
	(void)snprintf(text, sizeof(text), "introspection: %s (HTTP %d); ", why,
	    op->response->status);
	o->svc->memo(o->svc, op, apam_str(text));
	return step;
}

/*
 * No token was issued.  Whether a secret was spent is not known after a failure
 * that may pass; a finding on the key would say that it was not.
 */
static int32_t
not_minted(const struct oauth2 *o, struct apam_op *op, const char *who,
    struct scheme_fault fault)
{
	return o->grant->spends &&
		APAM_CLASS(fault.status) == APAM_CLASS_TEMPORARY ?
	    scheme_fail(o->svc, op, who, fault) :
	    scheme_check_by_minting(o->svc, op, who, fault);
}

/* Describe a new token, with the scopes that it lacks. */
static void
describe_fresh(
    const struct oauth2 *o, const struct apam_response *r, char text[MEMO_MAX])
{
	struct apam_str first = APAM_STR("");
	size_t missing = oauth2_missing_scopes(o, r, &first);
	size_t asked = oauth2_option(o, OAUTH2_OPT_SCOPE)->count;

	(void)snprintf(
	    text, MEMO_MAX, OAUTH2_TOKEN_ENDPOINT ": a fresh token was issued");
	if (missing > 0)
		(void)snprintf(text, MEMO_MAX,
		    OAUTH2_TOKEN_ENDPOINT
		    ": a fresh token was issued without %zu of the %zu "
		    "scopes: %.*s",
		    missing, asked,
		    first.n > SCOPE_MAX ? SCOPE_MAX : (int)first.n, first.p);
}

/*
 * End the check with the token endpoint's answer, after introspection's, if
 * that was asked.
 */
static int32_t
minted(const struct oauth2 *o, struct apam_op *op, struct scheme_fault fault)
{
	char who[MEMO_MAX + sizeof(OAUTH2_TOKEN_ENDPOINT)], fresh[MEMO_MAX];
	char text[2 * MEMO_MAX];

	if (fault.status == APAM_OK) {
		describe_fresh(o, op->response, fresh);
		(void)snprintf(text, sizeof(text), "%.*s%s", (int)op->memo.n,
		    op->memo.p, fresh);
		return scheme_probe_or_end(o->svc, op, APAM_KEY_GOOD, text);
	}
	(void)snprintf(who, sizeof(who), "%.*s" OAUTH2_TOKEN_ENDPOINT,
	    (int)op->memo.n, op->memo.p);
	return not_minted(o, op, who, fault);
}

/* Ask about the token that was just issued. */
static int32_t
introspect_fresh(const struct oauth2 *o, struct apam_op *op)
{
	struct scheme_fault fault = oauth2_token_take(o, op);
	struct apam_json token;
	int32_t step;
	char fresh[MEMO_MAX];

	if (fault.status != APAM_OK)
		return not_minted(o, op, OAUTH2_TOKEN_ENDPOINT, fault);
	(void)o->svc->json(o->svc, op->response, "/access_token", &token, NULL);
	describe_fresh(o, op->response, fresh);
	op->phase = OAUTH2_PHASE_FRESH_INTROSPECTION;
	step = oauth2_name_token(
	    o, op, op->memo, token.str, APAM_STR("access_token"));
	o->svc->memo(o->svc, op, apam_str(fresh));
	return step;
}

/* The new token has decided already; introspection's answer is added to it. */
static int32_t
introspected_fresh(const struct oauth2 *o, struct apam_op *op)
{
	const char *why = not_active(o, op->response);
	char text[2 * MEMO_MAX];

	if (why == NULL)
		(void)snprintf(text, sizeof(text),
		    "%.*s; introspection: the token is active", (int)op->memo.n,
		    op->memo.p);
	else
		(void)snprintf(text, sizeof(text),
		    "%.*s; introspection: %s (HTTP %d)", (int)op->memo.n,
		    op->memo.p, why, op->response->status);
	return scheme_probe_or_end(o->svc, op, APAM_KEY_GOOD, text);
}

static int32_t
probed(const struct oauth2 *o, struct apam_op *op)
{
	const char *reason;
	int32_t verdict = oauth2_judge_answer(o->svc, op->response, &reason);

	return scheme_probe_done(o->svc, op, verdict, reason);
}

int32_t
oauth2_check(void *state, struct apam_op *op)
{
	const struct oauth2 *o = state;
	struct oauth2_endpoints found;
	int32_t step;

	switch (op->phase) {
	case OAUTH2_PHASE_START:
	case OAUTH2_PHASE_METADATA:
	case OAUTH2_PHASE_DISCOVERY:
		if (!oauth2_find_endpoints(
			o, op, &found, scheme_check_by_minting, &step))
			return step;
		return check_begin(o, op, &found);
	case OAUTH2_PHASE_INTROSPECTION:
		return introspected(o, op);
	case OAUTH2_PHASE_FRESH_TOKEN:
		return introspect_fresh(o, op);
	case OAUTH2_PHASE_FRESH_INTROSPECTION:
		return introspected_fresh(o, op);
	case SCHEME_PHASE_PROBE:
		return probed(o, op);
	default:
		/* The token that proves the key good can be used as well. */
		return minted(o, op, oauth2_token_take(o, op));
	}
}
