/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grant token-exchange, RFC 8693: a token that somebody else issued is
 * exchanged for one that the API takes.  It is read anew for each exchange.
 */
#include "grants.h"

#define TYPE "urn:ietf:params:oauth:token-type:"

/* ---- Options ---------------------------------------------------------- */

/* RFC 8693, 3: types are URIs. */
static int32_t
check_type(const struct oauth2 *o, size_t option)
{
	if (!oauth2_option(o, option)->set ||
	    oauth2_is_absolute_uri(oauth2_option(o, option)->str))
		return APAM_OK;
	return apam_refuse_optionf(o->svc, option,
	    "is not a URI, such as urn:ietf:params:oauth:token-type:jwt");
}

static int32_t
exchange_check(const struct oauth2 *o)
{
	static const size_t types[] = { OPT_SUBJECT_TOKEN_TYPE,
		OPT_ACTOR_TOKEN_TYPE, OPT_REQUESTED_TOKEN_TYPE };
	int32_t status = APAM_OK;
	size_t i;

	if (!oauth2_option(o, OPT_SUBJECT_TOKEN)->set)
		return apam_refuse_optionf(o->svc, OPT_SUBJECT_TOKEN,
		    "is missing: give a reference to the token to exchange");
	/* RFC 8693, 2.1. */
	if (oauth2_option(o, OPT_ACTOR_TOKEN_TYPE)->set &&
	    !oauth2_option(o, OPT_ACTOR_TOKEN)->set)
		return apam_refuse_optionf(o->svc, OPT_ACTOR_TOKEN_TYPE,
		    "is the type of actor_token, which is missing: give both, "
		    "or neither");
	for (i = 0; status == APAM_OK && i < sizeof(types) / sizeof(types[0]);
	     i++)
		status = check_type(o, types[i]);
	return status;
}

/* ---- The request ------------------------------------------------------ */

/* RFC 8693, 2.1: a token, and its type. */
static void
put_token(const struct oauth2 *o, struct apam_op *op, size_t option,
    struct apam_str name, size_t type, struct apam_str type_name)
{
	const struct apam_value *token = oauth2_option(o, option);
	const struct apam_value *is = oauth2_option(o, type);

	if (!token->set)
		return;
	o->svc->exchange_field(
	    o->svc, op, name, o->svc->secret(o->svc, op, token));
	o->svc->exchange_field(
	    o->svc, op, type_name, is->set ? is->str : APAM_STR(TYPE "jwt"));
}

static int32_t
exchange_ask(const struct oauth2 *o, struct apam_op *op)
{
	const struct apam_value *wanted = oauth2_option(
	    o, OPT_REQUESTED_TOKEN_TYPE);

	o->svc->exchange_field(o->svc, op, APAM_STR("grant_type"),
	    APAM_STR("urn:ietf:params:oauth:grant-type:token-exchange"));
	put_token(o, op, OPT_SUBJECT_TOKEN, APAM_STR("subject_token"),
	    OPT_SUBJECT_TOKEN_TYPE, APAM_STR("subject_token_type"));
	put_token(o, op, OPT_ACTOR_TOKEN, APAM_STR("actor_token"),
	    OPT_ACTOR_TOKEN_TYPE, APAM_STR("actor_token_type"));
	if (wanted->set)
		o->svc->exchange_field(
		    o->svc, op, APAM_STR("requested_token_type"), wanted->str);
	oauth2_put_scope(o, op);
	return APAM_STEP_EXCHANGE;
}

/* ---- The answer ------------------------------------------------------- */

/*
 * RFC 8693, 2.2.1: issued_token_type is required.  What was asked for must have
 * been issued; else what a request can carry.
 */
static struct scheme_fault
exchange_take(const struct oauth2 *o, struct apam_op *op)
{
	const struct apam_value *wanted = oauth2_option(
	    o, OPT_REQUESTED_TOKEN_TYPE);
	struct apam_str issued = scheme_json_string(
	    o->svc, op->response, "/issued_token_type");

	if (issued.n == 0)
		return scheme_provider_fault(
		    "the answer has no issued_token_type");
	if (wanted->set && !scheme_same(issued, wanted->str))
		return scheme_provider_fault(
		    "issued_token_type is not requested_token_type");
	if (!wanted->set &&
	    !scheme_same(issued, APAM_STR(TYPE "access_token")) &&
	    !scheme_same(issued, APAM_STR(TYPE "jwt")))
		return scheme_provider_fault(
		    "issued_token_type is neither an access token nor a JWT");
	return scheme_no_fault();
}

/* RFC 8693, 2.2.2: a token that is not accepted is an invalid request. */
static const struct oauth2_error exchange_errors[] = {
	{ "invalid_request",
	    { APAM_E_DENIED,
		"invalid_request: subject_token or actor_token is not"
		" accepted, or a field is missing" } },
	{ "invalid_grant",
	    { APAM_E_DENIED,
		"invalid_grant: subject_token or actor_token is not"
		" accepted" } },
	{ "unsupported_grant_type",
	    { APAM_E_DENIED,
		"unsupported_grant_type: no token exchange here" } },
	{ "invalid_target",
	    { APAM_E_DENIED,
		"invalid_target: look at audience and resource" } },
	{ NULL, { APAM_OK, NULL } },
};

const struct oauth2_grant grant_exchange = {
	.check = exchange_check,
	.ask = exchange_ask,
	.take = exchange_take,
	.errors = exchange_errors,
	.nameless = true,
};
