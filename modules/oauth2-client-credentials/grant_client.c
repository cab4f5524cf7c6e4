/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grant client_credentials, RFC 6749, 4.4: the client's own authentication
 * is all that is asked for.
 */
#include "grants.h"

/* RFC 6749, 4.4: for confidential clients alone. */
static int32_t
client_check(const struct oauth2 *o)
{
	const struct apam_value *auth = oauth2_option(
	    o, OAUTH2_OPT_CLIENT_AUTH);

	if (auth->set ? auth->num != OAUTH2_AUTH_NONE :
			oauth2_option(o, OAUTH2_OPT_CLIENT_SECRET)->set)
		return APAM_OK;
	return apam_refuse_optionf(o->svc,
	    auth->set ? OAUTH2_OPT_CLIENT_AUTH : OAUTH2_OPT_CLIENT_SECRET,
	    "is missing or \"none\", but here the client must prove who it "
	    "is: give client_secret, or client_auth and what that needs");
}

/* RFC 6749, 4.4.2. */
static int32_t
client_ask(const struct oauth2 *o, struct apam_op *op)
{
	o->svc->exchange_field(
	    o->svc, op, APAM_STR("grant_type"), APAM_STR("client_credentials"));
	oauth2_put_scope(o, op);
	return APAM_STEP_EXCHANGE;
}

static const struct oauth2_error client_errors[] = {
	{ "invalid_grant",
	    { APAM_E_DENIED,
		"invalid_grant: usually a wrong or missing grant_type,"
		" not a dead key" } },
	{ "unsupported_grant_type",
	    { APAM_E_DENIED,
		"unsupported_grant_type: no client credentials here" } },
	{ NULL, { APAM_OK, NULL } },
};

const struct oauth2_grant grant_client = {
	.check = client_check,
	.ask = client_ask,
	.errors = client_errors,
};
