/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The refresh token is sent, RFC 6749, 6, and its successor kept.
 *
 * Nothing but invalid_grant says that the provider takes it no more: another
 * error is about something else, and an answer that cannot be read leaves open
 * whether it was taken.  If the answer has no other refresh token, this one
 * stays (RFC 6749, 6).
 */
#include "refresh.h"

#define REFRESH_TOKEN_MAX 65536 /* bytes; the core's own limit */

static int32_t
refresh_ask(const struct oauth2 *o, struct apam_op *op)
{
	const struct apam_services *svc = o->svc;
	const struct apam_value *value = oauth2_option(o, OPT_REFRESH_TOKEN);
	const struct apam_str token = svc->secret(svc, op, value);

	if (token.n == 0)
		return apam_failf(svc, op, APAM_E_SECRET,
		    "there is no refresh token: somebody has to log in");
	svc->exchange_field(
	    svc, op, APAM_STR("grant_type"), APAM_STR("refresh_token"));
	svc->exchange_field(svc, op, APAM_STR("refresh_token"), token);
	svc->spend(svc, op, value);
	/* RFC 6749, 6: without it, the scope is what it was. */
	if (oauth2_option(o, OPT_REFRESH_SCOPE)->num != 0)
		oauth2_put_scope(o, op);
	return APAM_STEP_EXCHANGE;
}

/* 1*VSCHAR, RFC 6749, A.17. */
static bool
is_refresh_token(struct apam_str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e)
			return false;
	return s.n > 0 && s.n <= REFRESH_TOKEN_MAX;
}

struct scheme_fault
refresh_token_read(const struct oauth2 *o, const struct apam_response *r,
    struct apam_str *token)
{
	struct apam_json value;
	const char *why = NULL;

	*token = APAM_STR("");
	if (o->svc->json(o->svc, r, "/refresh_token", &value, &why) != APAM_OK)
		return scheme_provider_fault(why);
	if (value.type == APAM_JSON_ABSENT || value.type == APAM_JSON_NULL)
		return scheme_no_fault();
	if (value.type != APAM_JSON_STRING || !is_refresh_token(value.str))
		return scheme_provider_fault(
		    "refresh_token is not a text, is too long, or has "
		    "characters that a token cannot have");
	*token = value.str;
	return scheme_no_fault();
}

static struct scheme_fault
refresh_keep(const struct oauth2 *o, struct apam_op *op)
{
	struct apam_str token;
	struct scheme_fault fault = refresh_token_read(o, op->response, &token);

	if (token.n > 0)
		o->svc->successor(
		    o->svc, op, oauth2_option(o, OPT_REFRESH_TOKEN), token);
	return fault;
}

/*
 * The first one counts.  None but those two may be of the class "revoked".
 */
static const struct oauth2_error refresh_errors[] = {
	/* Nobody can log in for a token that lies elsewhere, and is spent there. */
	{ "invalid_grant",
	    { APAM_E_REVOKED,
		"invalid_grant: the refresh token is expired, revoked, spent, "
		"or of another client; write refresh_token = \"store:NAME\" "
		"and run `apam login PROFILE`" } },
	{ "invalid_grant",
	    { APAM_E_REVOKED,
		"invalid_grant: the refresh token is expired, revoked, or of "
		"another client" } },
	{ "invalid_client",
	    { APAM_E_DENIED,
		"invalid_client: the client is revoked or unknown,"
		" or its secret is wrong" } },
	{ "unsupported_grant_type",
	    { APAM_E_DENIED,
		"unsupported_grant_type: no refresh tokens here" } },
	{ "server_error",
	    { APAM_E_PROVIDER,
		"server_error: the provider has a fault of its own" } },
	{ "temporarily_unavailable",
	    { APAM_E_PROVIDER, "temporarily_unavailable: try again later" } },
	{ NULL, { APAM_OK, NULL } },
};

#define OF_STORE 1 /* where the table begins for a token in the store */

const struct oauth2_grant refresh_grant = {
	.ask = refresh_ask,
	.keep = refresh_keep,
	.errors = refresh_errors + OF_STORE,
	.spends = true,
	.nameless = true,
	.facts = true,
};

const struct oauth2_grant given_grant = {
	.ask = refresh_ask,
	.keep = refresh_keep,
	.errors = refresh_errors,
	.spends = true,
	.nameless = true,
	.facts = true,
};
