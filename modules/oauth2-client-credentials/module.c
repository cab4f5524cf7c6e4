/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OAuth 2.0 client credentials (RFC 6749, 4.4) with bearer tokens (RFC 6750).
 *
 * All but the grant is shared with the other OAuth schemes, modules/oauth2/.
 * There is no refresh token: the secret gets a new token at any time.
 */
#include "../oauth2/oauth2.h"

static const struct apam_option options[OAUTH2_OPT_COUNT] = { OAUTH2_OPTIONS,
	OAUTH2_CLIENT_OPTIONS };

/* RFC 6749, 4.4.2. */
static int32_t
client_credentials_ask(const struct oauth2 *o, struct apam_op *op)
{
	o->svc->exchange_field(
	    o->svc, op, APAM_STR("grant_type"), APAM_STR("client_credentials"));
	return oauth2_put_scope(o, op);
}

static const struct oauth2_error client_credentials_errors[] = {
	{ "invalid_grant",
	    { APAM_E_DENIED,
		"invalid_grant: usually a wrong or missing grant_type,"
		" not a dead key" } },
	{ "unsupported_grant_type",
	    { APAM_E_DENIED,
		"unsupported_grant_type: no client credentials here" } },
	{ NULL, { APAM_OK, NULL } },
};

static const struct oauth2_grant client_credentials = {
	.ask = client_credentials_ask,
	.errors = client_credentials_errors,
};

static int32_t
client_credentials_open(const struct apam_services *svc,
    const struct apam_options *values, void **state)
{
	return oauth2_open(svc, values, &client_credentials, state);
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "oauth2-client-credentials",
	.summary = "OAuth 2.0 client credentials with bearer tokens",
	.vendor = "apam",
	.version = APAM_VERSION,
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OAUTH2_OPT_COUNT,
	.open = client_credentials_open,
	.close = scheme_close,
	.acquire = oauth2_acquire,
	.sign = oauth2_sign,
	.judge = oauth2_judge,
	.check = oauth2_check,
	.revoke = oauth2_revoke,
	.prepare = NULL, /* nothing depends on the request */
};
