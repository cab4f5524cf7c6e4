/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OAuth 2.0 for programs that act by themselves, with bearer tokens (RFC 6750):
 *
 *	client_credentials	RFC 6749, 4.4	grant_client.c
 *	jwt-bearer		RFC 7523, 2.1	grant_bearer.c
 *	token-exchange		RFC 8693	grant_exchange.c
 *
 * All but the grants is shared with the other OAuth schemes, modules/oauth2/.
 * There is no refresh token: a new token can be got at any time.
 */
#include "grants.h"

static const char *const grants[] = { "client_credentials", "jwt-bearer",
	"token-exchange", NULL };

static const struct apam_option options[OPT_COUNT] = { OAUTH2_OPTIONS,
	OAUTH2_CLIENT_OPTIONS,
	[OPT_GRANT] = { .name = "grant",
	    .help = "what a token is asked for with",
	    .type = APAM_OPT_CHOICE,
	    .default_value = "client_credentials",
	    .choices = grants },
	[OPT_BEARER_ASSERTION] = { .name = "bearer_assertion",
	    .help = "jwt-bearer: reference to a signed JWT, in place of "
		    "client_key",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_PASSING },
	[OPT_SUBJECT_TOKEN] = { .name = "subject_token",
	    .help = "token-exchange: reference to the token to exchange",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_PASSING },
	[OPT_SUBJECT_TOKEN_TYPE] = { .name = "subject_token_type",
	    .help = "token-exchange: its type, a URI; by default a JWT's",
	    .type = APAM_OPT_STRING },
	[OPT_ACTOR_TOKEN] = { .name = "actor_token",
	    .help = "token-exchange: reference to the acting party's token",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_PASSING },
	[OPT_ACTOR_TOKEN_TYPE] = { .name = "actor_token_type",
	    .help = "token-exchange: its type, a URI; by default a JWT's",
	    .type = APAM_OPT_STRING },
	[OPT_REQUESTED_TOKEN_TYPE] = { .name = "requested_token_type",
	    .help = "token-exchange: the type to ask for, a URI",
	    .type = APAM_OPT_STRING } };

/* In the order of their names. */
static const struct oauth2_grant *const by_name[] = {
	[GRANT_CLIENT] = &grant_client,
	[GRANT_BEARER] = &grant_bearer,
	[GRANT_EXCHANGE] = &grant_exchange,
};

/* Options of one grant alone. */
static const struct {
	size_t option;
	enum grant grant;
} of_grants[] = {
	{ OPT_BEARER_ASSERTION, GRANT_BEARER },
	{ OPT_SUBJECT_TOKEN, GRANT_EXCHANGE },
	{ OPT_SUBJECT_TOKEN_TYPE, GRANT_EXCHANGE },
	{ OPT_ACTOR_TOKEN, GRANT_EXCHANGE },
	{ OPT_ACTOR_TOKEN_TYPE, GRANT_EXCHANGE },
	{ OPT_REQUESTED_TOKEN_TYPE, GRANT_EXCHANGE },
};

static int32_t
check_fit(const struct apam_services *svc, const struct apam_options *values)
{
	const int64_t grant = apam_option_value(values, OPT_GRANT)->num;
	size_t i;

	for (i = 0; i < sizeof(of_grants) / sizeof(of_grants[0]); i++)
		if (of_grants[i].grant != grant &&
		    apam_option_value(values, of_grants[i].option)->set)
			return apam_refuse_optionf(svc, of_grants[i].option,
			    "belongs to grant = \"%s\": write that grant, or "
			    "leave this out",
			    grants[of_grants[i].grant]);
	return APAM_OK;
}

static int32_t
client_credentials_open(const struct apam_services *svc,
    const struct apam_options *values, void **state)
{
	const struct oauth2_grant *grant =
	    by_name[apam_option_value(values, OPT_GRANT)->num];
	int32_t status = check_fit(svc, values);

	if (status == APAM_OK)
		status = oauth2_open(svc, values, grant, state);
	return status;
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "oauth2-client-credentials",
	.summary = "OAuth 2.0 bearer tokens for programs",
	.vendor = "apam",
	.version = APAM_VERSION,
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = client_credentials_open,
	.close = scheme_close,
	.acquire = oauth2_acquire,
	.sign = oauth2_sign,
	.judge = oauth2_judge,
	.check = oauth2_check,
	.revoke = oauth2_revoke,
	.prepare = NULL, /* nothing depends on the request */
};
