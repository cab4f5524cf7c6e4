/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grant jwt-bearer, RFC 7523, 2.1: a signed statement of who asks is
 * exchanged for a token.  apam signs it with client_key, as for a service
 * account; or somebody else has, and it is read from a secret.
 */
#include "grants.h"

static bool
bearer_signs(const struct oauth2 *o)
{
	return !oauth2_option(o, OPT_BEARER_ASSERTION)->set;
}

/* The issuer is the client, and the subject the issuer, unless said. */
static int32_t
put_signed(const struct oauth2 *o, struct apam_op *op)
{
	const struct apam_value *issuer = oauth2_assertion(
	    o, OAUTH2_ASSERTION_ISSUER);
	const struct apam_value *subject = oauth2_assertion(
	    o, OAUTH2_ASSERTION_SUBJECT);
	struct oauth2_claims say = { oauth2_text(o, OAUTH2_OPT_CLIENT_ID),
		APAM_STR(""), oauth2_assertion(o, OAUTH2_ASSERTION_CLAIMS) };
	struct apam_text *jwt = o->svc->text_new(o->svc, 1);
	int32_t step;

	if (issuer->set)
		say.issuer = issuer->str;
	say.subject = subject->set ? subject->str : say.issuer;
	step = oauth2_assertion_write(
	    o, op, oauth2_option(o, OAUTH2_OPT_CLIENT_KEY)->key, &say, jwt);
	if (step == APAM_STEP_EXCHANGE)
		o->svc->exchange_field(o->svc, op, APAM_STR("assertion"),
		    o->svc->text_view(o->svc, jwt));
	o->svc->text_free(o->svc, &jwt);
	return step;
}

/* RFC 7521, 4.1. */
static int32_t
bearer_ask(const struct oauth2 *o, struct apam_op *op)
{
	int32_t step = APAM_STEP_EXCHANGE;

	o->svc->exchange_field(o->svc, op, APAM_STR("grant_type"),
	    APAM_STR("urn:ietf:params:oauth:grant-type:jwt-bearer"));
	if (bearer_signs(o))
		step = put_signed(o, op);
	else
		o->svc->exchange_field(o->svc, op, APAM_STR("assertion"),
		    o->svc->secret(
			o->svc, op, oauth2_option(o, OPT_BEARER_ASSERTION)));
	oauth2_put_scope(o, op);
	return step;
}

/* RFC 7523, 3.1: of the assertion, and so of the key that signed it. */
static const struct oauth2_error bearer_errors[] = {
	{ "invalid_grant",
	    { APAM_E_REVOKED,
		"invalid_grant: the assertion is not accepted: its key or"
		" subject is revoked or unknown, it has expired, or this"
		" machine's clock is wrong" } },
	{ "unsupported_grant_type",
	    { APAM_E_DENIED,
		"unsupported_grant_type: no grant jwt-bearer here" } },
	{ NULL, { APAM_OK, NULL } },
};

const struct oauth2_grant grant_bearer = {
	.ask = bearer_ask,
	.errors = bearer_errors,
	.nameless = true,
	.signs = bearer_signs,
};
