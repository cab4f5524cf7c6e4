/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options of oauth2-refresh-token and its descriptor.
 *
 * Where the refresh token is sent is said by token_url, or found through the
 * issuer, or by the resource that is called.  Options that bind belong to the
 * token: with another value of one of them it is not sent.
 */
#include "refresh.h"

static const char *const logins[] = { "device", "browser", NULL };

static const struct apam_option options[OPT_COUNT] = {
	OAUTH2_OPTIONS,
	[OAUTH2_OPT_CLIENT_ID] = { .name = "client_id",
	    .help = "the client's id; without it, a login registers a client",
	    .type = APAM_OPT_STRING,
	    .flags = APAM_OPT_KEY_ID },
	[OAUTH2_OPT_CLIENT_AUTH] = { .name = "client_auth",
	    .help = "how the client proves who it is; by default by "
		    "client_secret in the form, if that is set",
	    .type = APAM_OPT_CHOICE,
	    .choices = oauth2_client_auths },
	[OAUTH2_OPT_RESOURCE] = { .name = "resource",
	    .help = "what the token is for (RFC 8707); alone, it names its "
		    "issuer (RFC 9728)",
	    .type = APAM_OPT_URL,
	    .flags = APAM_OPT_BINDS },
	[OPT_REFRESH_TOKEN] = { .name = "refresh_token",
	    .help = "store:NAME, which a login fills; or a reference to one "
		    "that never changes",
	    .type = APAM_OPT_SECRET,
	    .flags = APAM_OPT_REQUIRED | APAM_OPT_DURABLE },
	[OPT_REFRESH_SCOPE] = { .name = "refresh_scope",
	    .help = "ask for the scopes at each refresh, too",
	    .type = APAM_OPT_BOOLEAN },
	[OPT_LOGIN] = { .name = "login",
	    .help = "how a person logs in: by a code that is entered "
		    "elsewhere, or by a browser here",
	    .type = APAM_OPT_CHOICE,
	    .choices = logins },
	[OPT_LOGIN_EXTRA] = { .name = "login_extra",
	    .help = "more parameters for the request that a login begins with",
	    .type = APAM_OPT_MAP },
	[OPT_AUTHORIZATION_URL] = { .name = "authorization_url",
	    .help = "the page where a browser logs in",
	    .type = APAM_OPT_URL },
	[OPT_DEVICE_URL] = { .name = "device_url",
	    .help = "the device authorization endpoint (RFC 8628)",
	    .type = APAM_OPT_URL },
	[OPT_CLIENT_NAME] = { .name = "client_name",
	    .help = "the name under which a login registers a client",
	    .type = APAM_OPT_STRING,
	    .default_value = "apam" },
};

/* What a module makes of its own must not be said twice. */
static const char *
reserved_bad(struct apam_str name)
{
	static const char *const reserved[] = { "grant_type", "refresh_token",
		"response_type", "client_id", "client_secret", "redirect_uri",
		"state", "scope", "audience", "resource", "code",
		"code_challenge", "code_challenge_method", "code_verifier",
		"device_code" };
	size_t i;

	for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (scheme_same_nocase(name, apam_str(reserved[i])))
			return reserved[i];
	return NULL;
}

static int32_t
check_names(const struct apam_services *svc, const struct apam_options *values,
    size_t which)
{
	const struct apam_value *map = apam_option_value(values, which);
	const char *bad;
	size_t i;

	for (i = 0; i < map->count; i++) {
		bad = reserved_bad(map->names[i]);
		if (bad != NULL)
			return apam_refuse_optionf(svc, which,
			    "may not set %s: use the option of that name, if "
			    "there is one",
			    bad);
	}
	return APAM_OK;
}

/* What a login has to find out is kept in the store alone. */
static int32_t
check_found(const struct apam_services *svc, const struct apam_options *values)
{
	const bool issuer = apam_option_value(values, OAUTH2_OPT_ISSUER)->set;
	const bool token = apam_option_value(values, OAUTH2_OPT_TOKEN_URL)->set;
	const bool client =
	    apam_option_value(values, OAUTH2_OPT_CLIENT_ID)->set;
	const struct apam_value *secret = apam_option_value(
	    values, OPT_REFRESH_TOKEN);

	if (!issuer && !token &&
	    !apam_option_value(values, OAUTH2_OPT_RESOURCE)->set)
		return apam_refuse_optionf(svc, OAUTH2_OPT_ISSUER,
		    "is missing: give issuer, token_url or resource");
	if (token && !client)
		return apam_refuse_optionf(svc, OAUTH2_OPT_CLIENT_ID,
		    "is missing: with token_url nobody can register a client");
	if (!client && apam_option_value(values, OAUTH2_OPT_CLIENT_SECRET)->set)
		return apam_refuse_optionf(svc, OAUTH2_OPT_CLIENT_ID,
		    "is missing: whose secret is it?");
	if (secret->str.n > 0 && (!client || (!issuer && !token)))
		return apam_refuse_optionf(svc, OPT_REFRESH_TOKEN,
		    "must be store:NAME: a login finds out what the options do "
		    "not say, and keeps it there");
	return APAM_OK;
}

static int32_t
refresh_open(const struct apam_services *svc, const struct apam_options *values,
    void **state)
{
	const bool given = apam_option_value(values, OPT_REFRESH_TOKEN)->str.n >
	    0;
	int32_t status = check_found(svc, values);

	if (status == APAM_OK)
		status = check_names(svc, values, OAUTH2_OPT_EXTRA);
	if (status == APAM_OK)
		status = check_names(svc, values, OPT_LOGIN_EXTRA);
	return status == APAM_OK ?
	    oauth2_open(
		svc, values, given ? &given_grant : &refresh_grant, state) :
	    status;
}

const struct apam_module apam_module_1 = {
	.magic = APAM_MODULE_MAGIC,
	.size = sizeof(struct apam_module),
	.abi_major = APAM_ABI_MAJOR,
	.abi_minor = APAM_ABI_MINOR,
	.traits = APAM_TRAIT_THREADS_PER_CALL | APAM_TRAIT_STATIC,
	.scheme = "oauth2-refresh-token",
	.summary = "OAuth 2.0 refresh tokens, and the login that brings them",
	.vendor = "apam",
	.version = APAM_VERSION,
	.options = options,
	.option_size = sizeof(options[0]),
	.option_count = OPT_COUNT,
	.open = refresh_open,
	.close = scheme_close,
	.acquire = oauth2_acquire,
	.sign = oauth2_sign,
	.judge = oauth2_judge,
	.check = oauth2_check,
	.revoke = refresh_revoke,
	.login = refresh_login,
};
